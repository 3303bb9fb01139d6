// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The collector is away while a model is read: nothing waits for it, and the totals come right. */
@Tag("system")
class CollectorOutageTest {

  private static final int MODEL_BYTES = 20_000_000;
  private static final int CHUNK_BYTES = 100_000;

  @TempDir Path folder;
  private final String listen = "127.0.0.1:" + Programs.freePort();

  @Test
  void totals_areRightAgainAfterTheOutage() throws Exception {
    Path model = folder.resolve("acme.safetensors");
    Programs.act("make_model", model, MODEL_BYTES);
    try (RunningAgent agent =
        new RunningAgent(
            folder,
            "session: {quiet-period: 1s, slice: 1s}\n",
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://" + listen,
                "OTEL_METRIC_EXPORT_INTERVAL",
                "1000"))) {
      try (RunningCollector collector = collector("before")) {
        read(model);
        RunningCollector.await(
            "the first reading", () -> ExportedTotals.read(collector, model.toString()) > 0);
        assertThat(ExportedTotals.read(collector, model.toString())).isEqualTo(MODEL_BYTES);
      }
      for (int i = 0; i < 3; i++) {
        read(model);
        assertThat(RunningCollector.answers("http://" + agent.address() + "/healthz")).isTrue();
      }
      Thread.sleep(3000); // exports that fail
      try (RunningCollector collector = collector("after")) {
        // An export that was being repeated may come first, with an older total.
        RunningCollector.await(
            "all four readings",
            () -> ExportedTotals.read(collector, model.toString()) >= 4L * MODEL_BYTES);
        assertThat(ExportedTotals.read(collector, model.toString())).isEqualTo(4L * MODEL_BYTES);
      }
      // Away again: ending must not wait for it.
      assertThat(agent.terminate()).isZero();
    }
  }

  private RunningCollector collector(String name) throws Exception {
    Path output = Files.createDirectory(folder.resolve(name));
    return new RunningCollector(
        output,
        List.of("base.yaml", "policy.yaml", "detection/memory-read.yaml", "backends/file.yaml"),
        Map.of("MODELWARDEN_RULE_LISTEN", listen));
  }

  private void read(Path model) {
    Programs.act("read_file", "read", model, CHUNK_BYTES);
  }
}
