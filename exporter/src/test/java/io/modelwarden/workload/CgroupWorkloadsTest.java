// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupWorkloadsTest {

  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";

  @ParameterizedTest
  @CsvSource({
    "/system.slice/ssh.service, systemd_unit, ssh.service",
    "/user.slice/user-1000.slice/session-3.scope, systemd_unit, user-1000.slice",
    "/docker/ID, container, 5d1f0a9c3b7e",
    "/machine.slice/libpod-ID.scope, container, 5d1f0a9c3b7e",
    "/machine.slice/libpod-conmon-ID.scope, systemd_unit, libpod-conmon-ID.scope",
    "/user.slice/user-7.slice/user@7.service/user.slice/libpod-ID.scope, container,"
        + " user-7.slice/5d1f0a9c3b7e",
    "'', executable, python3.11",
    "/build, executable, python3.11",
    "/docker/5d1f0a9c3b7e, executable, python3.11",
  })
  void resolve_byThePathOfTheCgroup(String path, String kind, String name) {
    ProcessPlace place =
        new ProcessPlace(1, path.replace("ID", ID), "/usr/bin/python3.11", "python3");

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
