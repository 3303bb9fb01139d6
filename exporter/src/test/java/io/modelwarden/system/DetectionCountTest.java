// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Findings from the collector's door to Prometheus: none is lost, none is counted twice. */
@Tag("system")
class DetectionCountTest {

  private static final int CLIENTS = 4;
  private static final int REQUESTS = 200;

  @TempDir Path output;
  private RunningPrometheus prometheus;
  private RunningCollector collector;

  @BeforeEach
  void start() throws IOException {
    prometheus =
        new RunningPrometheus(RunningCollector.CONFIGURATION.resolve("prometheus.yaml"), output);
    collector = RunningCollector.pushingTo(prometheus, output);
  }

  @AfterEach
  void stop() {
    if (collector != null) {
      collector.close();
    }
    if (prometheus != null) {
      prometheus.close();
    }
  }

  @Test
  void findingsOfManyClients_areOneSeriesFromZeroThatCountsAll() throws Exception {
    Path attack = RunningCollector.CONFIGURATION.resolve("tests/memory-attack/input.json");
    String request = Files.readString(attack);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      // Two pods of one workload, each seen by two clients.
      byte[] own = request.replace("llama-0", "llama-" + client % 2).getBytes(UTF_8);
      Thread thread = new Thread(() -> postMany(own));
      thread.setUncaughtExceptionHandler((ended, thrown) -> failure.set(thrown));
      thread.start();
      clients.add(thread);
    }
    for (Thread client : clients) {
      client.join();
    }
    assertThat(failure.get()).isNull();
    RunningCollector.await("all findings", () -> newest() >= CLIENTS * REQUESTS);
    // More would come with the next second, were any counted twice.
    Thread.sleep(2500);
    assertThat(newest()).isEqualTo(CLIENTS * REQUESTS);

    JsonNode series = series();
    assertThat(series).as("one series a workload").hasSize(1);
    assertThat(series.get(0).get("values").get(0).get(1).asText()).as("born at").isEqualTo("0");
    Map<String, String> labels =
        Map.of(
            "k8s_cluster_name", "test",
            "k8s_namespace_name", "prod",
            "modelwarden_workload_kind", "Deployment",
            "modelwarden_workload_name", "llama",
            "modelwarden_collector_id", "test",
            "security_rule_name", "modelwarden.memory_read");
    labels.forEach(
        (name, value) ->
            assertThat(series.get(0).get("metric").path(name).asText()).as(name).isEqualTo(value));
  }

  private void postMany(byte[] request) {
    for (int i = 0; i < REQUESTS; i++) {
      collector.post(request);
    }
  }

  private int newest() {
    JsonNode series = series();
    int sum = 0;
    for (JsonNode one : series) {
      JsonNode values = one.get("values");
      sum += values.get(values.size() - 1).get(1).asInt();
    }
    return sum;
  }

  private JsonNode series() {
    return prometheus.query("modelwarden_detections_total[5m]");
  }
}
