// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.Direction;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests of the kernel's aio read, however their results are taken, to the byte. */
@Tag("kernel")
class AioTest {

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
  @ValueSource(strings = {"plain", "ring", "batch", "vector", "direct", "int80"})
  @Way(value = "libaio", of = READ, bytes = EXACT, by = SYS_EXIT, when = "plain")
  @Way(
      value = "libaio, results taken from shared memory",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      when = "ring")
  @Way(value = "libaio, many in one call", of = READ, bytes = EXACT, by = SYS_EXIT, when = "batch")
  @Way(value = "libaio into vectors", of = READ, bytes = EXACT, by = SYS_EXIT, when = "vector")
  @Way(value = "libaio with O_DIRECT", of = READ, bytes = EXACT, by = SYS_EXIT, when = "direct")
  @Way(value = "libaio, 32-bit calls", of = READ, bytes = EXACT, by = SYS_EXIT, when = "int80")
  void reads_areCountedToTheByteWhenSubmitted(String kind) {
    Acts.Running act = Acts.run("aio_read", kind, model, 131072);
    observed.settle();
    assertThat(observed.accesses(act.pid()))
        .singleElement()
        .satisfies(
            access -> {
              assertThat(access.increment().bytes())
                  .isEqualTo(act.number("bytes"))
                  .isEqualTo(MODEL_BYTES);
              assertThat(access.increment().operations()).isEqualTo(act.number("operations"));
              assertThat(access.method()).isEqualTo("aio");
              assertThat(access.direction()).isEqualTo(Direction.READ);
            });
  }

  @Test
  @Way(
      value = "libaio, requests that fail",
      of = READ,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "as if they had read")
  void requestsThatFail_countAsTheUpperBoundThatTheyAsked() {
    Acts.Running act = Acts.run("aio_read", "unaligned", model, 131072);
    observed.settle();
    assertThat(act.number("bytes")).isZero();
    assertThat(observed.accesses(act.pid()).mapToLong(access -> access.increment().bytes()))
        .containsExactly(131072L);
  }
}
