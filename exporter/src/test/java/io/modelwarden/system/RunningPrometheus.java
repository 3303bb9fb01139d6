// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

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

  String address() {
    return address;
  }

  /** The result of an instant query: an array of series with {@code metric} and values. */
  JsonNode query(String expression) {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return RunningCollector.get(address + "/api/v1/query?query=" + encoded)
        .get("data")
        .get("result");
  }

  @Override
  public void close() {
    Programs.end(process);
  }
}
