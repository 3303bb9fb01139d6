// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracepointFormsTest {

  private static final Map<String, String> REST =
      Map.of("io_uring_submit_req", "io_kiocb*", "io_uring_cqe_overflow", "* n n n *");

  @ParameterizedTest
  @CsvSource({
    "io_ring_ctx* * io_uring_cqe*, on_uring_result",
    "* * n n n n n, on_uring_complete",
    "* * n n n, on_uring_complete"
  })
  void formsThatAreKnown_loadTheProgramThatReadsThem(String form, String leftOut) {
    TracepointForms.Choice choice = choose(form);
    assertThat(choice.leftOut()).containsExactly(leftOut);
    assertThat(choice.unread()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"* n n n", "io_ring_ctx* io_kiocb* io_uring_cqe*", "''"})
  void formThatIsNotKnown_isToldAndNotRead(String form) {
    TracepointForms.Choice choice = choose(form);
    assertThat(choice.leftOut()).containsExactlyInAnyOrder("on_uring_complete", "on_uring_result");
    assertThat(choice.unread())
        .singleElement()
        .satisfies(
            status -> {
              assertThat(status.name()).isEqualTo("on_uring_complete");
              assertThat(status.attached()).isFalse();
              assertThat(status.unknownForm()).isTrue();
              assertThat(status.problem()).contains("(" + form + ")");
            });
  }

  @Test
  void kernelWithoutTheTracepoints_isNoUnknownForm() {
    TracepointForms.Choice choice = TracepointForms.choose(name -> Optional.empty());
    assertThat(choice.leftOut()).hasSize(4);
    assertThat(choice.unread())
        .hasSize(3)
        .allSatisfy(
            status -> {
              assertThat(status.unknownForm()).isFalse();
              assertThat(status.problem()).startsWith("this kernel has no io_uring_");
            });
  }

  private static TracepointForms.Choice choose(String completion) {
    return TracepointForms.choose(
        name -> Optional.of(name.equals("io_uring_complete") ? completion : REST.get(name)));
  }
}
