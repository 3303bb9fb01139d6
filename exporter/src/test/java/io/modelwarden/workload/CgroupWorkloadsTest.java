// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupWorkloadsTest {

  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";

  /**
   * Leaf names as systemd 252, Docker 20.10, containerd 1.6, CRI-O 1.28 and Podman 4.3 write them.
   */
  @ParameterizedTest
  @CsvSource({
    "ssh.service, systemd_unit, ssh.service",
    "user@1000.service, systemd_unit, user@1000.service",
    "session-3.scope, systemd_unit, session-3.scope",
    "init.scope, systemd_unit, init.scope",
    "user.slice, systemd_unit, user.slice",
    "ID, container, 5d1f0a9c3b7e",
    "docker-ID.scope, container, 5d1f0a9c3b7e",
    "cri-containerd-ID.scope, container, 5d1f0a9c3b7e",
    "crio-ID.scope, container, 5d1f0a9c3b7e",
    "crio-ID, container, 5d1f0a9c3b7e",
    "libpod-ID.scope, container, 5d1f0a9c3b7e",
    "crio-conmon-ID.scope, systemd_unit, crio-conmon-ID.scope",
    "libpod-conmon-ID.scope, systemd_unit, libpod-conmon-ID.scope",
    "'', executable, python3.11",
    "/, executable, python3.11",
    "build, executable, python3.11",
    "5d1f0a9c3b7e, executable, python3.11",
  })
  void resolve_recordedLeafNames(String leaf, String kind, String name) {
    ProcessPlace place =
        new ProcessPlace(1, leaf.replace("ID", ID), "/usr/bin/python3.11", "python3");

    assertThat(new CgroupWorkloads().resolve(place))
        .isEqualTo(new Workload(kind, name.replace("ID", ID)));
  }

  @Test
  void resolve_withoutPath_usesTheKernelsName() {
    assertThat(new CgroupWorkloads().resolve(new ProcessPlace(1, "", "", "python3")))
        .isEqualTo(new Workload("executable", "python3"));
  }

  @Test
  void resolve_withoutAnyName_isNeverEmpty() {
    assertThat(new CgroupWorkloads().resolve(new ProcessPlace(1, "", "", "")))
        .isEqualTo(new Workload("executable", "unknown"));
  }
}
