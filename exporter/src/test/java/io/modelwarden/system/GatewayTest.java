// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Agent to node's collector to gateway: what the node's collector takes, the gateway's lanes judge.
 */
@Tag("system")
class GatewayTest {

  private static final List<String> GATEWAY =
      List.of(
          "base.yaml",
          "gateway/receive-grpc.yaml",
          "policy.yaml",
          "detection/memory-read.yaml",
          "backends/file.yaml");

  @TempDir Path gatewayFolder;
  @TempDir Path laterFolder;
  @TempDir Path nodeFolder;

  @Test
  void findingsOfANode_areMadeInTheGateway_alsoAfterThatWasAway() throws IOException {
    byte[] attack =
        Files.readAllBytes(
            RunningCollector.CONFIGURATION.resolve("tests/memory-attack/input.json"));
    int port = Programs.freePort();
    long found;
    try (RunningCollector node = nodeCollector(port)) {
      try (RunningCollector gateway = gateway(gatewayFolder, port)) {
        node.post(attack);
        RunningCollector.await("the findings", () -> findings(gateway) > 0);
        found = findings(gateway);
      }
      node.post(attack);
      try (RunningCollector later = gateway(laterFolder, port)) {
        RunningCollector.await("the findings that waited", () -> findings(later) == found);
      }
    }
  }

  @Test
  void noGateway_isRefused() {
    List<String> command =
        RunningCollector.command(List.of("validate"), List.of("gateway/node.yaml"));
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("otlp_http/gateway", "endpoint");
  }

  private static RunningCollector gateway(Path folder, int port) throws IOException {
    return new RunningCollector(
        folder,
        GATEWAY,
        Map.of(
            "MODELWARDEN_RULE_LISTEN", "127.0.0.1:" + port,
            "MODELWARDEN_RULE_LISTEN_GRPC", "127.0.0.1:" + Programs.freePort()));
  }

  private RunningCollector nodeCollector(int gatewayPort) throws IOException {
    return new RunningCollector(
        nodeFolder,
        List.of("gateway/node.yaml"),
        Map.of("MODELWARDEN_RULE_GATEWAY", "http://127.0.0.1:" + gatewayPort));
  }

  private static long findings(RunningCollector gateway) {
    return gateway.lines("findings.jsonl").stream()
        .flatMap(request -> request.findValues("spans").stream())
        .mapToLong(JsonNode::size)
        .sum();
  }
}
