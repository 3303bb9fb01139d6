// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SelfMetricsTest {

  private final SelfMetrics self = new SelfMetrics();

  @Test
  void observed_isReadAtEverySampling() {
    double[] value = {0};
    self.loss("ring_full", () -> value[0]);
    assertThat(self.samples()).singleElement().extracting(Sample::value).isEqualTo(0.0);
    value[0] = 7;
    assertThat(self.samples())
        .singleElement()
        .satisfies(
            sample -> {
              assertThat(sample.value()).isEqualTo(7);
              assertThat(sample.attributes())
                  .containsExactly(Map.entry("modelwarden.agent.loss.reason", "ring_full"));
            });
  }

  @Test
  void failingSource_isLeftOutAndSpoilsNoOther() {
    self.loss(
        "broken",
        () -> {
          throw new IllegalStateException("map is closed");
        });
    self.loss("ring_full", () -> 1);
    assertThat(self.samples()).extracting(Sample::value).containsExactly(1.0);
  }

  /** What a source reads from may be unmapped by then. */
  @Test
  void afterTheEnd_noSourceIsRead() {
    AtomicInteger reads = new AtomicInteger();
    self.loss("ring_full", reads::incrementAndGet);
    assertThat(self.samples()).hasSize(1);
    self.end();
    assertThat(self.samples()).isEmpty();
    assertThat(reads).hasValue(1);
  }

  @Test
  void wrongNumberOfAttributes_isRefused() {
    assertThatThrownBy(() -> self.observe(MetricNames.AGENT_LOSSES, () -> 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "modelwarden.agent.losses has the attributes [modelwarden.agent.loss.reason],"
                + " got 0 values");
  }

  @Test
  void secondSourceForOneSeries_isRefused() {
    self.loss("ring_full", () -> 1);
    assertThatThrownBy(() -> self.loss("ring_full", () -> 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ring_full");
  }
}
