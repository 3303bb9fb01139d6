// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class KernelTypesTest {

  @Test
  void tracepoints_areDescribedByWhatTheyHandOver() {
    try (KernelTypes types = KernelTypes.load(LibBpf.load())) {
      assertThat(types.tracepoint("sock_send_length")).contains("sock* n n");
      assertThat(types.tracepoint("sched_process_exec")).contains("task_struct* n linux_binprm*");
      assertThat(types.tracepoint("cgroup_rmdir")).contains("cgroup* *");
      assertThat(types.tracepoint("nobody_has_this")).isEmpty();
    }
  }
}
