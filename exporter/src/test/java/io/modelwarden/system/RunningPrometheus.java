// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A real Prometheus on a free port of the loopback, as the documentation says to start it. */
final class RunningPrometheus implements AutoCloseable {

  private final String address = "http://127.0.0.1:" + Programs.freePort();
  private final Process process;

  /** Starts it with a configuration file, its data in a folder, and waits until it is ready. */
  RunningPrometheus(Path configuration, Path folder) throws IOException {
    process =
        new ProcessBuilder(
                Programs.prometheusFolder().resolve("prometheus").toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=" + address.substring("http://".length()),
                "--web.enable-otlp-receiver",
                "--enable-feature=created-timestamp-zero-ingestion")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    RunningCollector.await(
        "Prometheus' start", () -> RunningCollector.answers(address + "/-/ready"));
  }

  /** With the rules as in the demo: evaluated each second, three seconds behind. */
  static RunningPrometheus ofTheDemo(Path folder) throws IOException {
    return ofTheDemo(folder, 0);
  }

  /**
   * As in the demo.
   *
   * @param collectorPort of the collector's own metrics, which it scrapes each second
   */
  static RunningPrometheus ofTheDemo(Path folder, int collectorPort) throws IOException {
    return ofTheDemo(folder, collectorPort, "");
  }

  /**
   * As in the demo.
   *
   * @param alertmanager host and port, quoted; empty for none
   */
  static RunningPrometheus ofTheDemo(Path folder, int collectorPort, String alertmanager)
      throws IOException {
    Path rules = folder.resolve("rules");
    Programs.Ended rendered =
        Programs.run(
            List.of(
                Programs.REPOSITORY.resolve("scripts/render-demo-rules.sh").toString(),
                rules.toString()));
    if (rendered.code() != 0) {
      throw new AssertionError(rendered.output());
    }
    String configuration =
        Files.readString(RunningCollector.CONFIGURATION.resolve("prometheus.yaml"))
            .replace("../alert-rules/", rules + "/")
            .replace("evaluation_interval: 1m", "evaluation_interval: 1s\n  scrape_interval: 1s")
            .replace("127.0.0.1:8888", "127.0.0.1:" + collectorPort)
            .replace("\"127.0.0.1:9093\"", alertmanager);
    Path file = folder.resolve("prometheus.yaml");
    Files.writeString(file, configuration);
    return new RunningPrometheus(file, folder);
  }

  String address() {
    return address;
  }

  /** The result of an instant query: an array of series with {@code metric} and values. */
  JsonNode query(String expression) {
    return ask("query", Map.of("query", expression)).get("result");
  }

  /**
   * The data of an answer of the API.
   *
   * @param path below {@code /api/v1/}
   */
  JsonNode ask(String path, Map<String, String> parameters) {
    String query =
        parameters.entrySet().stream()
            .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), UTF_8))
            .collect(Collectors.joining("&"));
    JsonNode answer = RunningCollector.get(address + "/api/v1/" + path + "?" + query);
    if (!answer.path("status").asText().equals("success")) {
      throw new AssertionError(answer.path("error").asText() + ": " + parameters);
    }
    return answer.get("data");
  }

  @Override
  public void close() {
    Programs.end(process);
  }
}
