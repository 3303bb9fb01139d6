// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The detection lanes on the real collector: each attack a finding, each innocent none. */
@Tag("system")
class CollectorLanesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @TempDir static Path output;
  private static Process collector;
  private static int port;
  private static int number;

  @BeforeAll
  static void start() throws Exception {
    port = Programs.freePort();
    int health = Programs.freePort();
    Path folder = Programs.REPOSITORY.resolve("otel-collector-config");
    ProcessBuilder builder =
        new ProcessBuilder(
            Programs.collector(),
            "--config",
            folder.resolve("base.yaml").toString(),
            "--config",
            folder.resolve("detection/read-then-egress.yaml").toString(),
            "--config",
            folder.resolve("detection/memory-read.yaml").toString(),
            "--config",
            folder.resolve("backends/file.yaml").toString());
    builder.environment().put("MODELWARDEN_RULE_COLLECTOR_ID", "test");
    builder.environment().put("MODELWARDEN_RULE_OUTPUT", output.toString());
    builder.environment().put("MODELWARDEN_RULE_LISTEN", "127.0.0.1:" + port);
    builder.environment().put("MODELWARDEN_RULE_HEALTH", "127.0.0.1:" + health);
    collector =
        builder
            .redirectErrorStream(true)
            .redirectOutput(output.resolve("collector.log").toFile())
            .start();
    await("the collector's start", () -> answers(health));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    collector.destroy();
    collector.waitFor();
  }

  static Stream<Arguments> cases() {
    Map<String, Object> egress =
        Map.ofEntries(
            entry("modelwarden.operation.name", "egress"),
            entry("modelwarden.network.role", "initiated"),
            entry("modelwarden.network.peer.scope", "public"),
            entry("network.peer.address", "203.0.113.10"),
            entry("modelwarden.network.transmit.size", 9_000_000),
            entry("modelwarden.transmit.total", 900_000_000),
            entry("modelwarden.process.model_data.size", 1_000_000_000),
            entry("modelwarden.model.size", 2_000_000_000),
            entry("modelwarden.model.name", "acme-7b"),
            entry("process.executable.name", "curl"));
    Map<String, Object> memory =
        Map.ofEntries(
            entry("modelwarden.operation.name", "read_memory"),
            entry("modelwarden.memory.target.holds_model", true),
            entry("modelwarden.memory.target.same_container", false),
            entry("modelwarden.memory.read.total", 4096),
            entry("modelwarden.memory.read.method", "process_vm_readv"),
            entry("modelwarden.memory.target.process.pid", 7),
            entry("process.executable.name", "gdb"));
    String egressRule = "modelwarden.read_then_egress";
    String memoryRule = "modelwarden.memory_read";
    return Stream.of(
        attack("a slow egress by its total", egress, egressRule),
        attack(
            "to an IPv6 address", with(egress, "network.peer.address", "2001:db8::7"), egressRule),
        attack("v4-mapped", with(egress, "network.peer.address", "::ffff:203.0.113.9"), egressRule),
        attack(
            "a zone in the address",
            with(egress, "network.peer.address", "fe80::1%eth0"),
            egressRule),
        attack("no address", without(egress, "network.peer.address"), egressRule),
        attack("no total", without(egress, "modelwarden.transmit.total"), egressRule),
        attack("no model size", without(egress, "modelwarden.model.size"), egressRule),
        attack(
            "a total of the wrong type",
            with(egress, "modelwarden.transmit.total", "much"),
            egressRule),
        attack("no scope", without(egress, "modelwarden.network.peer.scope"), egressRule),
        attack("an old socket", with(egress, "modelwarden.network.role", "unknown"), egressRule),
        attack("by a proxy", with(egress, "modelwarden.network.peer.scope", "proxy"), egressRule),
        innocent("below the share", with(egress, "modelwarden.transmit.total", 100_000_000)),
        innocent("an answer", with(egress, "modelwarden.network.role", "accepted")),
        innocent("to a pod", with(egress, "modelwarden.network.peer.scope", "pod")),
        innocent(
            "a unix socket",
            with(
                without(egress, "network.peer.address"),
                "modelwarden.network.peer.scope",
                "local")),
        innocent("no model data", with(egress, "modelwarden.process.model_data.size", 0)),
        innocent("a read", with(egress, "modelwarden.operation.name", "read")),
        attack("a memory copy", memory, memoryRule),
        attack(
            "a taken descriptor",
            with(
                with(memory, "modelwarden.memory.read.total", 0),
                "modelwarden.memory.read.method",
                "pidfd_getfd"),
            memoryRule),
        attack("no total of memory", without(memory, "modelwarden.memory.read.total"), memoryRule),
        innocent(
            "a worker of the same container",
            with(memory, "modelwarden.memory.target.same_container", true)),
        innocent(
            "a victim without a model",
            with(memory, "modelwarden.memory.target.holds_model", false)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void span_isAFindingExactlyWhenItShouldBe(
      String name, Map<String, Object> attributes, List<String> rules) throws Exception {
    String id = nextId();
    post("one", List.of(span(id, attributes)));
    // A span that is surely a finding, sent afterwards: once it is there, the first one has passed.
    String last = nextId();
    Map<String, Object> certain =
        Map.of("modelwarden.operation.name", "read_memory", "modelwarden.memory.read.total", 9);
    post("one", List.of(span(last, certain)));
    await("the findings", () -> !findings(last).isEmpty());
    assertThat(findings(id)).as(name).containsExactlyElementsOf(rules);
  }

  @Test
  void findings_ofManyClientsAreAllCounted() throws Exception {
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < 4; client++) {
      clients.add(new Thread(CollectorLanesTest::postMany));
    }
    clients.forEach(Thread::start);
    for (Thread client : clients) {
      client.join();
    }
    await("800 counted findings", () -> counted() >= 800);
    assertThat(counted()).isEqualTo(800);
  }

  private static void postMany() {
    try {
      for (int i = 0; i < 20; i++) {
        List<Map<String, Object>> spans = new ArrayList<>();
        for (int k = 0; k < 10; k++) {
          spans.add(
              span(
                  nextId(),
                  Map.of(
                      "modelwarden.operation.name",
                      "read_memory",
                      "many",
                      true,
                      "modelwarden.memory.read.total",
                      1)));
        }
        post("many", spans);
      }
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  private static Arguments attack(String name, Map<String, Object> attributes, String rule) {
    return Arguments.of(name, attributes, List.of(rule));
  }

  private static Arguments innocent(String name, Map<String, Object> attributes) {
    return Arguments.of(name, attributes, List.of());
  }

  private static Map<String, Object> with(Map<String, Object> base, String name, Object value) {
    Map<String, Object> copy = new HashMap<>(base);
    copy.put(name, value);
    return copy;
  }

  private static Map<String, Object> without(Map<String, Object> base, String name) {
    Map<String, Object> copy = new HashMap<>(base);
    copy.remove(name);
    return copy;
  }

  private static synchronized String nextId() {
    return "%016x".formatted(++number);
  }

  private static Map<String, Object> span(String id, Map<String, Object> attributes) {
    List<Map<String, Object>> pairs = new ArrayList<>();
    attributes.forEach((name, value) -> pairs.add(Map.of("key", name, "value", value(value))));
    long now = System.currentTimeMillis() * 1_000_000;
    return Map.of(
        "traceId",
        "0".repeat(16) + id,
        "spanId",
        id,
        "name",
        "test",
        "kind",
        1,
        "startTimeUnixNano",
        String.valueOf(now - 1_000_000),
        "endTimeUnixNano",
        String.valueOf(now),
        "attributes",
        pairs);
  }

  private static Map<String, Object> value(Object value) {
    if (value instanceof Boolean) {
      return Map.of("boolValue", value);
    }
    return value instanceof Number
        ? Map.of("intValue", value.toString())
        : Map.of("stringValue", value);
  }

  private static void post(String workload, List<Map<String, Object>> spans) throws Exception {
    Map<String, Object> resource =
        Map.of(
            "attributes",
            List.of(
                Map.of(
                    "key", "modelwarden.workload.name", "value", Map.of("stringValue", workload))));
    Map<String, Object> body =
        Map.of(
            "resourceSpans",
            List.of(Map.of("resource", resource, "scopeSpans", List.of(Map.of("spans", spans)))));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/traces"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
            .build();
    assertThat(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  /** Rules under which a span was found, in alphabetical order. */
  private static TreeSet<String> findings(String spanId) {
    TreeSet<String> rules = new TreeSet<>();
    for (JsonNode line : lines("findings.jsonl")) {
      for (JsonNode span : line.findPath("scopeSpans").findPath("spans")) {
        if (span.get("spanId").asText().equals(spanId)) {
          span.get("attributes")
              .forEach(
                  pair -> {
                    if (pair.get("key").asText().equals("security_rule.name")) {
                      rules.add(pair.get("value").get("stringValue").asText());
                    }
                  });
        }
      }
    }
    return rules;
  }

  /** The newest value of the counter of findings of the workload with many. */
  private static long counted() {
    long newest = 0;
    for (JsonNode line : lines("metrics.jsonl")) {
      for (JsonNode resource : line.path("resourceMetrics")) {
        if (resource.get("resource").toString().contains("\"many\"")) {
          for (JsonNode points : resource.findValues("dataPoints")) {
            for (JsonNode point : points) {
              newest = Math.max(newest, point.get("asInt").asLong());
            }
          }
        }
      }
    }
    return newest;
  }

  private static List<JsonNode> lines(String file) {
    try {
      List<JsonNode> nodes = new ArrayList<>();
      if (Files.exists(output.resolve(file))) {
        for (String line : Files.readAllLines(output.resolve(file))) {
          nodes.add(JSON.readTree(line));
        }
      }
      return nodes;
    } catch (IOException halfWritten) {
      return List.of();
    }
  }

  private static boolean answers(int health) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + health)).build();
      return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void await(String what, java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
      Thread.sleep(50);
    }
  }
}
