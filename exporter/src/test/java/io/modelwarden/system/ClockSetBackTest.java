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

/** The packaged agent on a node whose clock is set back: Prometheus goes on counting. */
@Tag("system")
class ClockSetBackTest {

  private static final Path STEP_CLOCK =
      Programs.REPOSITORY.resolve("bpf/build/preload/step_clock.so");
  private static final int MODEL_BYTES = 3_000_000;

  @TempDir Path folder;
  private Path model;
  private Path clock;

  @Test
  void readsAfterTheStep_areInPrometheusAndTheStepIsTold() throws IOException {
    model = folder.resolve("acme-" + ProcessHandle.current().pid() + ".safetensors");
    clock = Files.writeString(folder.resolve("clock"), "0");
    act("make_model", model.toString(), String.valueOf(MODEL_BYTES));
    String listen = "127.0.0.1:" + Programs.freePort();
    try (RunningPrometheus prometheus =
            new RunningPrometheus(
                RunningCollector.CONFIGURATION.resolve("prometheus.yaml"), folder);
        RunningCollector collector =
            new RunningCollector(
                folder,
                List.of(
                    "base.yaml",
                    "policy.yaml",
                    "detection/memory-read.yaml",
                    "backends/prometheus-otlp.yaml"),
                Map.of(
                    "MODELWARDEN_RULE_LISTEN",
                    listen,
                    "MODELWARDEN_RULE_PROMETHEUS",
                    prometheus.address()));
        RunningAgent agent = new RunningAgent(folder, "", environment(listen))) {
      assertThat(collector).isNotNull();
      read();
      await(prometheus, "the first reading", MODEL_BYTES);

      // The agent looks at any moment: the file is never half written.
      Files.move(
          Files.writeString(folder.resolve("set-back"), "-7200"),
          clock,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      RunningCollector.await(
          "the step to be noticed",
          () -> last(prometheus, "modelwarden_agent_clock_ahead_seconds") > 7000);
      read();
      read();
      await(prometheus, "what was read after the step", 3 * MODEL_BYTES);
      assertThat(agent.terminate()).isZero();
    }
  }

  private Map<String, String> environment(String listen) {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://" + listen,
        "OTEL_METRIC_EXPORT_INTERVAL",
        "1000",
        "LD_PRELOAD",
        STEP_CLOCK.toString(),
        "STEP_CLOCK",
        clock.toString());
  }

  private void await(RunningPrometheus prometheus, String what, long bytes) {
    String query = "sum(modelwarden_file_io_bytes_total{file_path=\"" + model + "\"})";
    RunningCollector.await(what, () -> last(prometheus, query) == bytes);
  }

  private void read() {
    act("read_file", "read", model.toString(), "65536");
  }

  private static double last(RunningPrometheus prometheus, String query) {
    JsonNode series = prometheus.query(query);
    return series.isEmpty() ? -1 : series.get(0).get("value").get(1).asDouble();
  }

  private static void act(String name, String... arguments) {
    List<String> command = new java.util.ArrayList<>();
    command.add(Programs.REPOSITORY.resolve("bpf/build/acts/" + name).toString());
    command.addAll(List.of(arguments));
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).as(ended.output()).isZero();
  }
}
