// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorCheckTest {

  @Test
  void endpoint_isTriedByConnecting() throws IOException {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    String endpoint = "http://127.0.0.1:" + server.getLocalPort();
    assertThat(check(endpoint)).isEqualTo(Check.ok("collector", endpoint + " is reachable"));
    server.close();
    assertThat(check(endpoint).sentence())
        .isEqualTo(
            endpoint
                + " is not reachable: start a collector there or set OTEL_EXPORTER_OTLP_ENDPOINT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:4318", "127.0.0.1", "grpc://a:1", "http://", "a b"})
  void endpointThatIsNoUrl_isNamedWithTheRemedy(String endpoint) {
    assertThat(check(endpoint).sentence())
        .isEqualTo(
            "OTEL_EXPORTER_OTLP_ENDPOINT="
                + endpoint
                + " is not a URL: write it like http://localhost:4318");
  }

  private static Check check(String endpoint) {
    return Checks.collector(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
  }
}
