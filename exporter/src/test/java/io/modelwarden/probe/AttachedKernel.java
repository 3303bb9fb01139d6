// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.libbpf.LibBpf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The real kernel side, attached, for tests of single tables. */
final class AttachedKernel {

  private AttachedKernel() {}

  static KernelSide attached() {
    return KernelSide.start(
        LibBpf.load(),
        new ProbeSettings(
            1 << 20,
            64 << 20,
            true,
            false,
            List.of(".safetensors"),
            Map.of(),
            1 << 16,
            KernelFeatures.hasName("bpf_task_from_vpid"),
            false,
            ProbeSettings.Trail.defaults()));
  }

  /** By another process: what this one does is the agent's own. */
  static void read(Path file) throws IOException, InterruptedException {
    Process reader =
        new ProcessBuilder("cat", file.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(reader.waitFor()).isZero();
  }
}
