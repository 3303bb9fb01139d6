// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SIGNAL_DELIVER;
import static io.modelwarden.coverage.Kind.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.MemoryRead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel itself writes the memory of a dying process to a file, or to a handler's input. */
@Tag("kernel")
class CoreDumpTest {

  private static final Path PATTERN = Path.of("/proc/sys/kernel/core_pattern");
  private static final long MODEL_BYTES = 8 + 1024 + 20_000_000 / 16 * 16;
  private static final long PAGE_BYTES = 4096;

  @TempDir private Path folder;
  private Path model;
  private String pattern;
  private Observed observed;

  @BeforeEach
  void start() throws IOException {
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    pattern = Files.readString(PATTERN);
    observed = new Observed();
  }

  @AfterEach
  void stop() throws IOException {
    observed.close();
    Files.writeString(PATTERN, pattern);
  }

  /** A file has its data on whole pages: what fills them up was not written. */
  @Test
  @Way(value = "a core dump to a file", of = MEMORY, bytes = EXACT, by = SIGNAL_DELIVER)
  void dumpToAFile_isCountedToTheByte() throws IOException {
    Files.writeString(PATTERN, "core");
    Acts.Running act = Acts.run("dump_core", model, folder);
    assertThat(act.number("file")).isGreaterThan(MODEL_BYTES);
    MemoryRead dump = dump(act);
    assertThat(act.number("file") - dump.increment().bytes()).isBetween(0L, 2 * PAGE_BYTES);
  }

  @Test
  @Way(value = "a core dump to a handler", of = MEMORY, bytes = EXACT, by = SIGNAL_DELIVER)
  void dumpToAHandler_isCountedToTheByte() throws Exception {
    Path taken = folder.resolve("taken");
    Files.writeString(PATTERN, "|" + Acts.path("take_core") + " " + taken);
    Acts.Running act = Acts.run("dump_core", model, folder);
    while (!Files.exists(taken) || Files.size(taken) == 0) {
      Thread.sleep(50);
    }
    assertThat(act.number("file")).isZero();
    assertThat(dump(act).increment().bytes())
        .isEqualTo(Long.parseLong(Files.readString(taken)))
        .isGreaterThan(MODEL_BYTES);
  }

  @Test
  void abortWithoutADump_isNoRead() throws IOException {
    Files.writeString(PATTERN, "\n");
    Acts.Running act = Acts.run("dump_core", model, folder);
    assertThat(act.number("dumped")).isZero();
    assertThat(dumps(act)).isEmpty();
  }

  private MemoryRead dump(Acts.Running act) {
    assertThat(act.number("dumped")).isEqualTo(1);
    List<MemoryRead> dumps = dumps(act);
    assertThat(dumps).hasSize(1);
    assertThat(dumps.get(0).method()).isEqualTo("core_dump");
    assertThat(dumps.get(0).victim()).isEqualTo(dumps.get(0).reader());
    assertThat(dumps.get(0).increment().operations()).isEqualTo(1);
    return dumps.get(0);
  }

  private List<MemoryRead> dumps(Acts.Running act) {
    return observed.settle().memoryReads((int) act.number("child")).toList();
  }
}
