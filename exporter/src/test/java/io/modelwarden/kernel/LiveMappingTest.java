// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Hook.TASK_AREAS;
import static io.modelwarden.coverage.Kind.MAPPING;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.libbpf.Capabilities;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process has mapped now: sampled through a number that user space gives the kernel. */
@Tag("kernel")
class LiveMappingTest {

  private static final long MODEL_BYTES = 8 + 1024 + 3_000_000 / 16 * 16;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  /** Twice mapped is once held; the file's last page counts as far as the file goes. */
  @Test
  @Way(
      value = "a model that stays mapped",
      of = MAPPING,
      bytes = BOUNDED,
      by = TASK_AREAS,
      note = "the live size, sampled")
  void liveSize_isTheFilesBytesWhileItIsMapped() throws Exception {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    try (Observed observed = new Observed();
        Acts.Running act = Acts.start("map_file", model, 0, MODEL_BYTES, 2)) {
      assertThat(sampledAsTheAgentDoes(observed, act.pid())).isEqualTo(MODEL_BYTES);
    }
  }

  /** On a thread that has given up what the agent gives up after it has attached. */
  private static long sampledAsTheAgentDoes(Observed observed, int pid) throws Exception {
    FutureTask<Long> sampling =
        new FutureTask<>(
            () -> {
              Capabilities.keepOnly(Capabilities.BPF, Capabilities.SYS_PTRACE);
              return firstSample(observed, pid);
            });
    new Thread(sampling).start();
    return sampling.get();
  }

  private static long firstSample(Observed observed, int pid) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      List<KernelEvent.MappingSampled> samples =
          observed
              .settle()
              .of(KernelEvent.MappingSampled.class, sample -> sample.process().pid() == pid)
              .toList();
      if (!samples.isEmpty()) {
        return samples.get(0).liveBytes();
      }
    }
    throw new AssertionError("no sample of the mappings of process " + pid + " in " + PATIENCE);
  }
}
