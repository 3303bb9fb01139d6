// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent.Direction;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
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
  @ValueSource(strings = {"plain", "ring", "batch", "vector", "direct", "int80"})
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
  void requestsThatFail_countAsTheUpperBoundThatTheyAsked() {
    Acts.Running act = Acts.run("aio_read", "unaligned", model, 131072);
    observed.settle();
    assertThat(act.number("bytes")).isZero();
    assertThat(observed.accesses(act.pid()).mapToLong(access -> access.increment().bytes()))
        .containsExactly(131072L);
  }
}
