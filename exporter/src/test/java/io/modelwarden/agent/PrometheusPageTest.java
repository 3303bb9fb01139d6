// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.telemetry.MetricNames;
import io.modelwarden.telemetry.Sample;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusPageTest {

  /** What leaves by a pipe has no type of network. */
  @Test
  void seriesThatLackAnAttribute_areThereBesideThoseThatHaveIt() {
    PrometheusPage page =
        new PrometheusPage(
            () ->
                List.of(
                    sample(Map.of("network.transport", "tcp", "network.type", "ipv4"), 120),
                    sample(Map.of("network.transport", "pipe"), 37)));

    assertThat(page.render().lines().filter(line -> line.startsWith("modelwarden_network_io")))
        .hasSize(2)
        .anyMatch(line -> line.contains("\"tcp\"") && line.endsWith(" 120.0"))
        .anyMatch(line -> line.contains("\"pipe\"") && line.endsWith(" 37.0"));
  }

  private static Sample sample(Map<String, String> attributes, double value) {
    return new Sample(MetricNames.NETWORK_IO, attributes, value);
  }
}
