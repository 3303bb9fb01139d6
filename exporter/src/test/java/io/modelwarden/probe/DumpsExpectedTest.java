// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.libbpf.LibBpf;
import io.modelwarden.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The switch that lets the ends of threads alone while no holder dumps its core. */
@Tag("kernel")
class DumpsExpectedTest {

  private static final Path PATTERN = Path.of("/proc/sys/kernel/core_pattern");
  private static final int DUMPS = 12;

  @TempDir private Path folder;
  private String pattern;
  private KernelSide kernel;

  @BeforeEach
  void start() throws IOException {
    pattern = Files.readString(PATTERN);
    kernel =
        KernelSide.start(
            LibBpf.load(),
            new ProbeSettings(
                1 << 20,
                64 << 20,
                false,
                false,
                List.of(".safetensors"),
                Map.of(),
                1 << 16,
                true,
                false,
                ProbeSettings.Trail.defaults()));
  }

  @AfterEach
  void stop() throws IOException {
    kernel.close();
    Files.writeString(PATTERN, pattern);
  }

  @Test
  void onceAllDumpsAreWritten_nothingIsLookedUpAtAnEndAnyMore() throws IOException {
    Files.writeString(PATTERN, "core");
    CompletableFuture.allOf(
            IntStream.range(0, DUMPS)
                .mapToObj(i -> CompletableFuture.runAsync(() -> dump(folder.resolve("dump" + i))))
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(entries("memory_reads")).as("dumps that were counted").isEqualTo(DUMPS);
    assertThat(entries("core_dumps")).isZero();
    assertThat(kernel.variable("dumps_expected").getInt(0)).isZero();
  }

  private void dump(Path own) {
    try {
      Path model = Files.createDirectory(own).resolve("weights.safetensors");
      Programs.act("make_model", model, 2_000_000);
      Programs.act("dump_core", model, own);
    } catch (IOException failure) {
      throw new AssertionError(own.toString(), failure);
    }
  }

  private int entries(String map) {
    AtomicInteger entries = new AtomicInteger();
    kernel.map(map).forEach((keys, keyAt, values, at) -> entries.incrementAndGet());
    return entries.get();
  }
}
