// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupPathTest {

  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";
  private static final String OTHER =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  private static final String POD = "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
  private static final String HASH = "3f9c2b1a0d8e7f6c5b4a39281706f5e4";

  /**
   * As the kubelet and the runtimes named in the comments write them. With cgroup v1 and hybrid
   * this is the path in the hierarchy of the pids controller, with v2 in the only one: they are the
   * same, but for the groups that a runtime makes below on v2, where inner groups hold no
   * processes.
   */
  @ParameterizedTest
  @CsvSource({
    // kubelet 1.36, cgroupfs: containerd 1.6 and dockershim write the bare id, CRI-O a prefix
    "/kubepods/podUID/ID, '', UID",
    "/kubepods/burstable/podUID/ID, '', UID",
    "/kubepods/besteffort/podUID/ID, '', UID",
    "/kubepods/besteffort/podUID/crio-ID, cri-o, UID",
    "/kubepods/besteffort/podUID/crio-ID/container, cri-o, UID",
    "/kubepods/burstable/podHASH/ID, '', HASH",
    // kubelet, systemd: containerd, CRI-O 1.28, cri-dockerd
    "/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope, containerd, UID",
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podU_D.slice/cri-containerd-ID.scope,"
        + " containerd, UID",
    "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podU_D.slice/crio-ID.scope,"
        + " cri-o, UID",
    "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podU_D.slice/crio-ID.scope/container,"
        + " cri-o, UID",
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podU_D.slice/docker-ID.scope,"
        + " docker, UID",
    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podHASH.slice/cri-containerd-ID.scope,"
        + " containerd, HASH",
    // kubelet --cgroup-root
    "/kubelet/kubepods/burstable/podUID/ID, '', UID",
    "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podU_D.slice/cri-containerd-ID.scope,"
        + " containerd, UID",
    "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-podU_D.slice/cri-containerd-ID.scope,"
        + " containerd, UID",
    // Docker and Podman in a pod, a container's own systemd: they belong to the pod's container
    "/kubepods/burstable/podUID/ID/docker/OTHER, '', UID",
    "/kubepods/burstable/podUID/ID/init, '', UID",
    "/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope/docker/OTHER, containerd, UID",
    "/kubepods.slice/kubepods-podU_D.slice/crio-ID.scope/libpod_parent/libpod-OTHER, cri-o, UID",
    "/kubepods.slice/kubepods-podU_D.slice/crio-ID.scope/container/docker/OTHER, cri-o, UID",
    "/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope/init.scope, containerd, UID",
    "/kubepods/burstable/podUID/ID/kubepods/podXXXXXXXX-4b5a-4c6d-9e7f-0a1b2c3d4e5f/OTHER, '', UID",
    "/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope/system.slice/ssh.service,"
        + " containerd, UID",
    "/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope/system.slice/docker-OTHER.scope,"
        + " containerd, UID",
    // the kernel cuts the end off
    "/kubepods/burstable/podUID/ID/aaaa…, '', UID",
    // Docker 20.10: cgroupfs, systemd, --cgroup-parent, Docker in Docker
    "/docker/ID, docker, ''",
    "/system.slice/docker-ID.scope, docker, ''",
    "/docker/ID/init, docker, ''",
    "/docker/ID/kubelet/kubepods/burstable/podUID/OTHER, docker, ''",
    "/ci/ID, '', ''",
    "/ci.slice/docker-ID.scope, docker, ''",
    "/docker/ID/docker/OTHER, docker, ''",
    "/docker/ID/kubepods/burstable/podUID/OTHER, docker, ''",
    "/system.slice/docker-ID.scope/kubepods.slice/kubepods-podU_D.slice/cri-containerd-OTHER.scope,"
        + " docker, ''",
    // Podman 4.3: cgroupfs, systemd, in a pod of its own
    "/libpod_parent/libpod-ID, podman, ''",
    "/libpod_parent/OTHER/libpod-ID, podman, ''",
    "/libpod_parent/OTHER/libpod-ID/container, podman, ''",
    "/libpod_parent/libpod-ID/libpod_parent/libpod-OTHER, podman, ''",
    "/machine.slice/libpod-ID.scope, podman, ''",
    "/machine.slice/libpod-ID.scope/container, podman, ''",
    "/machine.slice/machine-libpod_pod_OTHER.slice/libpod-ID.scope, podman, ''",
    // nerdctl
    "/system.slice/nerdctl-ID.scope, containerd, ''",
    "/default/ID, '', ''",
  })
  void container_isTheOutermost(String path, String runtime, String podUid) {
    assertThat(CgroupPath.parse(fill(path)))
        .isEqualTo(new CgroupPath(runtime, ID, fill(podUid), ""));
  }

  /** What an unprivileged user's systemd lets him name stays his, whatever the name. */
  @ParameterizedTest
  @CsvSource({
    "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container, podman,"
        + " user-1000.slice",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/docker-ID.scope, docker,"
        + " user-1000.slice",
    "/user.slice/user-1000.slice/user@1000.service/kubepods.slice/kubepods-podU_D.slice/cri-containerd-ID.scope,"
        + " containerd, user-1000.slice",
    "/user.slice/user-1000.slice/user@1000.service/kubepods/podUID/ID, '', user-1000.slice",
    "/system.slice/llm.service/libpod-payload-ID, podman, llm.service",
    "/system.slice/llm.service/kubepods/podUID/ID, '', llm.service",
  })
  void container_belowAUnit_isThatUnits(String path, String runtime, String unit) {
    assertThat(CgroupPath.parse(fill(path))).isEqualTo(new CgroupPath(runtime, ID, "", unit));
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "/, ''",
    "/system.slice/ssh.service, ssh.service",
    "/system.slice/system-getty.slice/getty@tty1.service, getty@tty1.service",
    "/system.slice/docker.service, docker.service",
    "/system.slice/k3s.service/payload/deeper, k3s.service",
    "'/system.slice/dev-disk-by\\x2dlabel-swap.swap', 'dev-disk-by\\x2dlabel-swap.swap'",
    "/system.slice/run-rc8f0d7a1.scope, run-rc8f0d7a1.scope",
    "/init.scope, init.scope",
    "/user.slice, user.slice",
    "/user.slice/user-1000.slice/session-3.scope, user-1000.slice",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service, user-1000.slice",
    "/machine.slice/libpod-conmon-ID.scope, libpod-conmon-ID.scope",
    "/machine.slice/machine-build.scope/system.slice/ssh.service, machine-build.scope",
    "/libpod_parent/conmon, ''",
    "/libpod_parent/OTHER, ''",
    "/lxc.payload.web/system.slice/ssh.service, ''",
    "/build, ''",
    "/ssh.service, ssh.service",
    "/kubepods, ''",
    "/kubepods.slice/kubepods-burstable.slice, kubepods-burstable.slice",
    // short, long, upper case or not alone: no ids
    "/docker/5d1f0a9c3b7e, ''",
    "/docker/IDa, ''",
    "/docker/xID, ''",
    "/docker/5D1F0A9C3B7E48D2A6C0F1E2D3C4B5A697887766554433221100FFEEDDCCBBAA, ''",
    "'/docker/ID\\n', ''",
  })
  void outsideContainers_theUnitIsLeft(String path, String unit) {
    assertThat(CgroupPath.parse(fill(path))).isEqualTo(new CgroupPath("", "", "", fill(unit)));
  }

  /** The process that watches a container lives beside it, in the pod. */
  @ParameterizedTest
  @CsvSource({
    "/kubepods.slice/kubepods-podU_D.slice/crio-conmon-ID.scope, kubepods-podU_D.slice",
    "/kubepods/besteffort/podUID/crio-conmon-ID, ''",
    "/kubepods/burstable/podUID, ''",
    "/kubepods/burstable/podUID/kata_ID, ''",
    "'/kubepods/burstable/podUID/ID\\n/ID', ''",
  })
  void inAPodButInNoContainer(String path, String unit) {
    assertThat(CgroupPath.parse(fill(path))).isEqualTo(new CgroupPath("", "", POD, fill(unit)));
  }

  private static String fill(String text) {
    return text.replace("UID", POD)
        .replace("U_D", POD.replace('-', '_'))
        .replace("HASH", HASH)
        .replace("ID", ID)
        .replace("OTHER", OTHER);
  }
}
