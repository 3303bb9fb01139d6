// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
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
  private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
  }

  @AfterAll
  static void detach() {
    observed.close();
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
  @ValueSource(strings = {"silent", "silent_vector", "silent_worker", "silent_fixed", "silent_splice"})
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
  void silentReadOfADescriptorThatIsExchanged_countsAsReadOfAnUnknownFile() {
    Acts.Running act = Acts.run("uring_read", "silent_swapped", model, 131072);
    observed.settle();
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.uncounted(act.pid()).mapToLong(bytes -> bytes.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"))
        .isEqualTo(131072);
  }

  @Test
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
