// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Bytes.UNSEEN;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What docs/blind-spots.md says, shown on the real kernel. A test that fails here because more is
 * seen than the page says is good news: the page has a line too many.
 */
@Tag("kernel")
class BlindSpotTest {

  private static final long MODEL_BYTES = 4_000_000;

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static Path model;
  private static Path other;

  @BeforeAll
  static void attach() throws IOException {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    other = Files.write(folder.resolve("notes.txt"), new byte[100]);
  }

  @Test
  @Way(
      value = "the descriptor closed by another thread during the read",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      note = "as read from an unknown file")
  void descriptorClosedDuringTheRead_countsAsReadOfAnUnknownFile() {
    long unresolved = observed.lost("descriptor_unresolved");
    Acts.Running act = Acts.run("swap_during_read", "close", model, other);
    observed.settle();
    assertThat(act.number("bytes")).isPositive();
    assertThat(observed.uncounted(act.pid()).mapToLong(bytes -> bytes.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"));
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.lost("descriptor_unresolved")).isGreaterThan(unresolved);
  }

  @Test
  @Way(
      value = "the descriptor replaced by another thread during the read",
      of = READ,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      note = "the open")
  void descriptorReplacedDuringTheRead_hidesTheBytesAndNotTheOpen() {
    Acts.Running act = Acts.run("swap_during_read", "dup2", model, other);
    observed.settle();
    assertThat(act.number("bytes")).isPositive();
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.timesArmed(act.pid())).isEqualTo(1);
  }

  @Test
  @Way(
      value = "a read that sleeps half done for as long as the thief wants",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      note = "once it returns")
  void readThatDoesNotReturn_isCountedWhenItDoes() {
    try (Acts.Running act = Acts.start("under_way", model, "--wait-after")) {
      observed.settle();
      assertThat(observed.timesArmed(act.pid())).isEqualTo(1);
      assertThat(observed.accesses(act.pid())).isEmpty();
      Map<String, String> truth = act.goOn();
      observed.settle();
      assertThat(observed.accesses(act.pid()))
          .singleElement()
          .satisfies(
              access ->
                  assertThat(access.increment().bytes())
                      .isEqualTo(Long.parseLong(truth.get("read"))));
    }
  }

  @Test
  @Way(value = "a model below `models.minimum-size`", of = READ, bytes = UNSEEN)
  void modelBelowTheSmallestSize_givesNothing() {
    Path small = folder.resolve("small.safetensors");
    Acts.run("make_model", small, 1_000_000);
    Acts.Running act = Acts.run("read_file", "read", small, 100_000);
    observed.settle();
    assertThat(observed.of(ProcessSeen.class, seen -> seen.process().key().pid() == act.pid()))
        .isEmpty();
  }
}
