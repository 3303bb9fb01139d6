// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The real collector with the committed configuration, on free ports of the loopback. */
public final class RunningCollector extends CollectorOutput implements AutoCloseable {

  static final Path CONFIGURATION = Programs.REPOSITORY.resolve("otel-collector-config");
  private static final ObjectMapper JSON = new ObjectMapper();
  // Not the default, which offers each plain connection an upgrade that nobody here takes.
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int port = Programs.freePort();
  private final Process process;

  /**
   * Starts it and waits until it is healthy.
   *
   * @param output the folder that the file backend writes to
   * @param more environment variables besides those of ports, folder and id
   */
  RunningCollector(Path output, List<String> files, Map<String, String> more) throws IOException {
    super(output);
    int health = Programs.freePort();
    int ownMetrics = Programs.freePort();
    ProcessBuilder builder = new ProcessBuilder(command(List.of(), files));
    builder.environment().put("MODELWARDEN_RULE_COLLECTOR_ID", "test");
    builder.environment().put("MODELWARDEN_RULE_OUTPUT", output.toString());
    builder.environment().put("MODELWARDEN_RULE_STORAGE", output.resolve("queues").toString());
    builder.environment().put("MODELWARDEN_RULE_LISTEN", "127.0.0.1:" + port);
    builder.environment().put("MODELWARDEN_RULE_HEALTH", "127.0.0.1:" + health);
    builder.environment().put("MODELWARDEN_RULE_METRICS_PORT", String.valueOf(ownMetrics));
    builder.environment().putAll(more);
    Path log = output.resolve("collector.log");
    process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      await(
          "the collector's start",
          () -> !process.isAlive() || answers("http://127.0.0.1:" + health));
      if (!process.isAlive()) {
        throw new AssertionError("the collector has ended");
      }
    } catch (AssertionError late) {
      close();
      throw new AssertionError(Files.readString(log), late);
    }
  }

  /** One that writes to files and pushes its metrics to a Prometheus. */
  static RunningCollector pushingTo(RunningPrometheus prometheus, Path output) throws IOException {
    return new RunningCollector(
        output,
        List.of(
            "base.yaml",
            "policy.yaml",
            "detection/memory-read.yaml",
            "backends/file.yaml",
            "backends/prometheus-otlp.yaml"),
        Map.of("MODELWARDEN_RULE_PROMETHEUS", prometheus.address()));
  }

  /** Where an agent sends to. */
  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The command line of the collector with these files of the configuration. */
  static List<String> command(List<String> subcommand, List<String> files) {
    List<String> command = new ArrayList<>(List.of(Programs.collector()));
    command.addAll(subcommand);
    for (String file : files) {
      command.addAll(List.of("--config", CONFIGURATION.resolve(file).toString()));
    }
    return command;
  }

  /** Sends one OTLP request of spans as JSON; the collector has to take it. */
  void post(byte[] spans) {
    postJson("http://127.0.0.1:" + port + "/v1/traces", spans);
  }

  /** The same with log events. */
  void postLogs(byte[] logs) {
    postJson("http://127.0.0.1:" + port + "/v1/logs", logs);
  }

  /** The same with metrics. */
  void postMetrics(byte[] metrics) {
    postJson("http://127.0.0.1:" + port + "/v1/metrics", metrics);
  }

  /** Ends it at once, as a power cut does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends a JSON request that has to be answered with 200. */
  static void postJson(String address, byte[] body) {
    HttpResponse<String> response =
        send(
            HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
  }

  static JsonNode get(String address) {
    try {
      return JSON.readTree(send(HttpRequest.newBuilder(URI.create(address)).build()).body());
    } catch (IOException failure) {
      throw new AssertionError("no JSON from " + address, failure);
    }
  }

  /** What an address answers, as text. */
  static String text(String address) {
    return send(HttpRequest.newBuilder(URI.create(address)).build()).body();
  }

  static boolean answers(String address) {
    try {
      return send(HttpRequest.newBuilder(URI.create(address)).build()).statusCode() == 200;
    } catch (AssertionError notYet) {
      return false;
    }
  }

  /** Waits for half a minute at most. */
  public static void await(String what, BooleanSupplier condition) {
    await(what, PATIENCE, condition);
  }

  public static void await(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited " + patience + " for " + what);
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, interrupted);
      }
    }
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new AssertionError("no answer from " + request.uri(), failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking " + request.uri(), interrupted);
    }
  }

  @Override
  public void close() {
    Programs.end(process);
  }
}
