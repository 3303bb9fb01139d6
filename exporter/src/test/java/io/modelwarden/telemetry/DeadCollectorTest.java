// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.session.Evidence.Action;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a collector that is away, or that never answers, does to the agent: nothing. */
class DeadCollectorTest {

  private static final TelemetrySettings SETTINGS =
      new TelemetrySettings("0.1.0", Story.HOST, 100, model -> false, workload -> "", Story::now);
  private static final int SPANS = 200_000;

  @Test
  void refusedConnections_neitherBlockNorGrowNorDelayTheEnd() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    checkAgainst(port);
  }

  @Test
  void silentCollector_neitherBlocksNorGrowsNorDelaysTheEnd() throws IOException {
    // Accepts by its backlog, and never answers.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      checkAgainst(silent.getLocalPort());
    }
  }

  private static void checkAgainst(int port) {
    Telemetry telemetry =
        Telemetry.start(
            SETTINGS, Map.of(), Map.of("otel.exporter.otlp.endpoint", "http://127.0.0.1:" + port));
    long before = usedBytes();
    long began = System.nanoTime();
    for (int i = 0; i < SPANS; i++) {
      telemetry.span(Story.evidence(Story.file(Action.READ)));
      telemetry.measure(Story.read(Story.SERVER, "/m/" + i, 1, Story.EPOCH_NANOS));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    assertThat(loss(telemetry, "span_queue_full"))
        .isBetween(SPANS - ExportDefaults.QUEUE_SIZE - 4096.0, (double) SPANS);
    // 16,384 spans wait; each may keep less than a kilobyte.
    assertThat(usedBytes() - before).isLessThan(16_384 * 1024);

    began = System.nanoTime();
    assertThat(telemetry.flush(Duration.ofMillis(300))).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));

    began = System.nanoTime();
    telemetry.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
  }

  private static double loss(Telemetry telemetry, String reason) {
    return telemetry.self().samples().stream()
        .filter(sample -> sample.metric() == MetricNames.AGENT_LOSSES)
        .filter(sample -> sample.attributes().containsValue(reason))
        .mapToDouble(Sample::value)
        .sum();
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
