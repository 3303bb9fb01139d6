// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Samples that a queue held back for longer than the rules wait: what the recorded windows make of
 * them on a real Prometheus, which alone can receive late. Rules as in the demo: evaluated each
 * second, three seconds behind.
 */
@Tag("system")
class LateSamplesTest {

  private static final int OUTAGE_SECONDS = 9;

  @TempDir Path folder;
  private RunningPrometheus prometheus;

  @BeforeEach
  void start() throws IOException {
    prometheus = RunningPrometheus.ofTheDemo(folder);
  }

  @AfterEach
  void stop() {
    if (prometheus != null) {
      prometheus.close();
    }
  }

  @Test
  void growthDuringAnOutage_isCountedWhenItArrives() throws InterruptedException {
    Instant start = Instant.now();
    send("thief", start, 0);
    send("thief", start.plusMillis(1), 1000);
    awaitSum("thief", 1000);

    Instant silent = Instant.now();
    Thread.sleep(OUTAGE_SECONDS * 1000L);
    send("thief", silent.plusSeconds(2), 2000);
    send("thief", silent.plusSeconds(4), 3500);
    send("thief", Instant.now(), 5000);

    awaitSum("thief", 5000);
  }

  @Test
  void seriesBornDuringAnOutage_countsFromItsZero() throws InterruptedException {
    Instant silent = Instant.now();
    Thread.sleep(OUTAGE_SECONDS * 1000L);
    send("newcomer", silent.plusSeconds(1), 0);
    send("newcomer", silent.plusSeconds(2), 4000);
    send("newcomer", Instant.now(), 6000);

    awaitSum("newcomer", 6000);
  }

  @Test
  void counterThatStartsAnewAndPassesItsOldValue_countsInFull() {
    Instant start = Instant.now();
    send("restarted", start, 0);
    send("restarted", start.plusMillis(1), 1000);
    awaitSum("restarted", 1000);

    Instant anew = Instant.now();
    send("restarted", anew, 0);
    send("restarted", anew.plusMillis(1), 3000);

    awaitSum("restarted", 4000);
  }

  /** Waits for the sum, and then for a few evaluations more, in which nothing may be added. */
  private void awaitSum(String workload, long bytes) {
    RunningCollector.await("a sum of " + bytes, () -> sum(workload) >= bytes);
    double evaluated = evaluations();
    RunningCollector.await("three more evaluations", () -> evaluations() >= evaluated + 3);
    assertThat(sum(workload)).isEqualTo(bytes);
  }

  private double evaluations() {
    return value("count_over_time(modelwarden:network_io_bytes:seen[5m])");
  }

  private double sum(String workload) {
    return value(
        "sum(sum_over_time(modelwarden:sent_outside_bytes:increase1m{modelwarden_workload_name=\""
            + workload
            + "\"}[10m]))");
  }

  private double value(String expression) {
    JsonNode result = prometheus.query(expression);
    return result.isEmpty() ? 0 : result.get(0).get("value").get(1).asDouble();
  }

  private void send(String workload, Instant time, long bytes) {
    long nanos = time.getEpochSecond() * 1_000_000_000L + time.getNano();
    String request =
        """
        {"resourceMetrics":[{"resource":{"attributes":[
          {"key":"modelwarden.workload.name","value":{"stringValue":"%s"}}]},
          "scopeMetrics":[{"metrics":[{"name":"modelwarden.network.io","unit":"By","sum":{
            "aggregationTemporality":2,"isMonotonic":true,
            "dataPoints":[{"timeUnixNano":"%d","asInt":"%d","attributes":[
              {"key":"modelwarden.network.role","value":{"stringValue":"initiated"}},
              {"key":"modelwarden.network.peer.scope","value":{"stringValue":"public"}}]}]}}]}]}]}
        """
            .formatted(workload, nanos, bytes);
    RunningCollector.postJson(
        prometheus.address() + "/api/v1/otlp/v1/metrics", request.getBytes(UTF_8));
  }
}
