// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.probe.ProbeStatus;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeCheckTest {

  @ParameterizedTest
  @CsvSource({
    "'', false, OK, tp_btf/x: reads over x",
    "this kernel has no x, false, WARN, not seen: reads over x: this kernel has no x",
    "x has an unknown form (n), true, FAIL, not seen: reads over x: x has an unknown form (n)"
  })
  void probeThatTheKernelHasInAnUnknownForm_failsTheDoctor(
      String problem, boolean unknownForm, Check.Status status, String sentence) {
    Check check =
        Checks.check(
            new ProbeStatus("on_x", "tp_btf/x", "reads over x", false, problem, unknownForm));
    assertThat(check.status()).isEqualTo(status);
    assertThat(check.sentence()).isEqualTo(sentence);
  }
}
