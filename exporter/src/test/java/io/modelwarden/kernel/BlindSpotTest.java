// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Bytes.UNSEEN;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Hook.TASK_AREAS;
import static io.modelwarden.coverage.Kind.MAPPING;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.FileMapped;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What docs/blind-spots.md says, shown on the real kernel. A test that fails here because more is
 * seen than the page says is good news: the page has a line too many.
 */
@Tag("kernel")
class BlindSpotTest {

  private static final long MODEL_BYTES = 4_000_000;

  @TempDir static Path folder;
  private static Observed observed;
  private static Path model;
  private static Path other;

  @BeforeAll
  static void attach() throws IOException {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    other = Files.write(folder.resolve("notes.txt"), new byte[100]);
  }

  @AfterAll
  static void detach() {
    observed.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uring", "aio"})
  @Way(
      value = "io_uring",
      of = READ,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "uring",
      note = "the open")
  @Way(
      value = "libaio",
      of = READ,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "aio",
      note = "the open")
  void readsWhoseResultNoCallReturns_armTheReaderAndAreNotCounted(String how) {
    Acts.Running act = Acts.run("async_read", how, model, 500_000);
    observed.settle();
    assertThat(act.number("bytes")).isEqualTo(MODEL_BYTES);
    assertThat(observed.timesArmed(act.pid())).isEqualTo(1);
    assertThat(observed.accesses(act.pid())).isEmpty();
  }

  @Test
  @Way(
      value = "the descriptor closed by another thread during the read",
      of = READ,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      note = "the open, and `descriptor_unresolved`")
  void descriptorClosedDuringTheRead_isCountedAsADoubt() {
    long unresolved = observed.lost("descriptor_unresolved");
    Acts.Running act = Acts.run("swap_during_read", "close", model, other);
    observed.settle();
    assertThat(act.number("bytes")).isPositive();
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
  @Way(
      value = "mremap to a larger range",
      of = MAPPING,
      bytes = BOUNDED,
      by = TASK_AREAS,
      note = "the live size, sampled")
  void mappingThatIsEnlarged_countsItsFirstPart_andItsSizeWhenSampled() {
    try (Acts.Running act = Acts.start("remap_file", model)) {
      observed.settle();
      assertThat(observed.mappings(act.pid()).map(FileMapped::increment))
          .singleElement()
          .satisfies(increment -> assertThat(increment.bytes()).isEqualTo(4096));
      observed.sample();
      assertThat(observed.liveMapping(act.pid())).isEqualTo(MODEL_BYTES);
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
