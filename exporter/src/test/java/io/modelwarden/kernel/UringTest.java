// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.URING_COMPLETE;
import static io.modelwarden.coverage.Hook.URING_OVERFLOW;
import static io.modelwarden.coverage.Hook.URING_SUBMIT;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests of io_uring read, in every way to make them, to the byte. */
@Tag("kernel")
class UringTest {

  private static final long MODEL_BYTES = 3_001_234;

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "worker",
        "polled",
        "deferred",
        "vector",
        "fixed_file",
        "fixed_buffer",
        "slot",
        "chain",
        "splice",
        "direct",
        "inherited"
      })
  @Way(value = "io_uring", of = READ, bytes = EXACT, by = URING_COMPLETE, when = "plain")
  @Way(
      value = "io_uring by a kernel's worker thread",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "worker")
  @Way(
      value = "io_uring by the kernel's polling thread (SQPOLL)",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "polled")
  @Way(
      value = "io_uring with completions run by its submitter alone (DEFER_TASKRUN)",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "deferred")
  @Way(
      value = "io_uring into vectors",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "vector")
  @Way(
      value = "io_uring from a registered file",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "fixed_file")
  @Way(
      value = "io_uring into a registered buffer",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "fixed_buffer")
  @Way(
      value = "io_uring from a slot that was never a descriptor",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "slot")
  @Way(
      value = "io_uring, opened and read in one chain",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "chain")
  @Way(value = "io_uring, splice", of = READ, bytes = EXACT, by = URING_COMPLETE, when = "splice")
  @Way(
      value = "io_uring with O_DIRECT",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "direct")
  @Way(
      value = "io_uring by a child that inherited the ring",
      of = READ,
      bytes = EXACT,
      by = URING_COMPLETE,
      when = "inherited")
  void reads_areCountedToTheByteOnTheirSubmitter(String kind) {
    Acts.Running act = Acts.run("uring_read", kind, model, 131072);
    FileAccessed access = single(act);
    assertThat(access.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(MODEL_BYTES);
    assertThat(access.increment().operations()).isEqualTo(act.number("operations"));
    assertThat(access.path()).isEqualTo(model.toString());
    assertThat(access.method()).isEqualTo("io_uring");
    assertThat(access.direction()).isEqualTo(Direction.READ);
    assertThat(observed.timesArmed((int) act.number("pid"))).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"silent", "silent_vector", "silent_worker", "silent_fixed", "silent_splice"})
  @Way(
      value = "io_uring without completions (CQE_SKIP_SUCCESS)",
      of = READ,
      bytes = EXACT,
      by = {URING_SUBMIT, URING_COMPLETE})
  void readsThatAskForNoCompletion_areCountedToTheByte(String kind) {
    Acts.Running act = Acts.run("uring_read", kind, model, 131072);
    assertThat(single(act).increment().bytes())
        .isEqualTo(act.number("bytes"))
        .isEqualTo(MODEL_BYTES);
  }

  @Test
  void silentReadThatFails_isTakenBack() {
    Acts.Running act = Acts.run("uring_read", "silent_failed", model, 131072);
    assertThat(single(act).increment().bytes()).isZero();
  }

  @Test
  @Way(
      value = "io_uring without completions, another file put in its place before it is read",
      of = READ,
      bytes = BOUNDED,
      by = URING_SUBMIT,
      note = "as read from an unknown file")
  void silentReadOfADescriptorThatIsExchanged_countsAsReadOfAnUnknownFile() {
    Acts.Running act = Acts.run("uring_read", "silent_swapped", model, 131072);
    observed.settle();
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.uncounted(act.pid()).mapToLong(bytes -> bytes.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"))
        .isEqualTo(131072);
  }

  @Test
  @Way(
      value = "io_uring with a ring that has no room for the results",
      of = READ,
      bytes = EXACT,
      by = URING_OVERFLOW)
  void resultsForWhichTheRingHasNoRoom_areCountedToTheByte() {
    Acts.Running act = Acts.run("uring_read", "full_ring", model, 131072);
    assertThat(single(act).increment().bytes())
        .isEqualTo(act.number("bytes"))
        .isEqualTo(MODEL_BYTES);
  }

  private static FileAccessed single(Acts.Running act) {
    observed.settle();
    return observed
        .accesses((int) act.number("pid"))
        .reduce(
            (first, second) -> {
              throw new AssertionError("more than one access: " + first + ", " + second);
            })
        .orElseThrow();
  }
}
