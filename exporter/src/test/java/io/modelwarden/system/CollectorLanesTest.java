// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The detection lanes on the real collector. Each folder of {@code otel-collector-config/tests} is
 * a case: a request of spans, and the findings it has to make, no more and no fewer.
 */
@Tag("system")
class CollectorLanesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CASES = RunningCollector.CONFIGURATION.resolve("tests");
  private static final String RULE = "security_rule.name";

  @TempDir static Path output;
  private static RunningCollector collector;
  private static int markers;

  @BeforeAll
  static void start() throws IOException {
    collector =
        new RunningCollector(
            output,
            List.of(
                "base.yaml",
                "detection/read-then-egress.yaml",
                "detection/memory-read.yaml",
                "backends/file.yaml"),
            Map.of());
  }

  @AfterAll
  static void stop() {
    collector.close();
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void spans_areExactlyTheFindingsThatTheCaseExpects(String name) throws IOException {
    byte[] request = Files.readAllBytes(CASES.resolve(name).resolve("input.json"));
    JsonNode expected =
        JSON.readTree(CASES.resolve(name).resolve("expected.json").toFile()).get("findings");
    List<String> sent = spans(JSON.readTree(request)).map(CollectorLanesTest::id).toList();
    collector.post(request);
    passAll();

    List<JsonNode> found = findings().filter(span -> sent.contains(id(span))).toList();
    assertThat(found.stream().map(span -> id(span) + " " + text(span, RULE)))
        .containsExactlyInAnyOrderElementsOf(
            stream(expected).map(wanted -> id(wanted) + " " + wanted.get(RULE).asText()).toList());
    for (JsonNode span : found) {
      assertThat(text(span, "modelwarden.finding.reason")).as("reason").isNotBlank();
      JsonNode wanted = stream(expected).filter(one -> id(one).equals(id(span))).findAny().get();
      for (Map.Entry<String, JsonNode> fact : wanted.properties()) {
        if (!fact.getKey().equals("spanId")) {
          assertThat(text(span, fact.getKey()))
              .as(id(span) + " " + fact.getKey())
              .isEqualTo(plain(fact.getValue()));
        }
      }
    }
  }

  /** Waits until a finding that was sent later is written: what was sent before is, too. */
  private static void passAll() throws IOException {
    String request = Files.readString(CASES.resolve("two-rules-at-once/input.json"));
    List<String> own = new ArrayList<>();
    for (JsonNode span : (Iterable<JsonNode>) spans(JSON.readTree(request))::iterator) {
      String id = "ffffffff%08x".formatted(++markers);
      request = request.replace(id(span), id);
      own.add(id);
    }
    byte[] later = request.getBytes(UTF_8);
    collector.post(later);
    // The third span is innocent.
    RunningCollector.await(
        "the later findings",
        () -> findings().map(CollectorLanesTest::id).toList().containsAll(own.subList(0, 2)));
  }

  static List<List<String>> combinations() {
    List<List<String>> all = new ArrayList<>();
    List<String> lanes = List.of("detection/read-then-egress.yaml", "detection/memory-read.yaml");
    List<String> backends = List.of("backends/file.yaml", "backends/prometheus-otlp.yaml");
    for (List<String> some : subsets(lanes)) {
      for (List<String> other : subsets(backends)) {
        List<String> files = new ArrayList<>(List.of("base.yaml"));
        files.addAll(some);
        files.addAll(other);
        all.add(files);
      }
    }
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("combinations")
  void anyLanesWithAnyBackends_areValid(List<String> files) {
    Programs.Ended ended = validate(files, "MODELWARDEN_RULE_COLLECTOR_ID=test");
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).as("warnings").isEmpty();
  }

  @Test
  void noBackend_isRefused() {
    Programs.Ended ended =
        validate(
            List.of("base.yaml", "detection/memory-read.yaml"),
            "MODELWARDEN_RULE_COLLECTOR_ID=test");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("forward/metrics");
  }

  @Test
  void noCollectorId_isRefused() {
    Programs.Ended ended = validate(combinations().get(0), "MODELWARDEN_RULE_UNUSED=x");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("MODELWARDEN_RULE_COLLECTOR_ID is not set");
  }

  private static Programs.Ended validate(List<String> files, String variable) {
    List<String> command =
        new ArrayList<>(List.of("env", "-u", "MODELWARDEN_RULE_COLLECTOR_ID", variable));
    command.addAll(RunningCollector.command(List.of("validate"), files));
    return Programs.run(command);
  }

  private static List<List<String>> subsets(List<String> two) {
    return List.of(two.subList(0, 1), two.subList(1, 2), two);
  }

  private static Stream<JsonNode> findings() {
    return collector.lines("findings.jsonl").stream().flatMap(CollectorLanesTest::spans);
  }

  private static Stream<JsonNode> spans(JsonNode request) {
    return request.findValues("spans").stream().flatMap(CollectorLanesTest::stream);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    List<JsonNode> nodes = new ArrayList<>();
    array.forEach(nodes::add);
    return nodes.stream();
  }

  private static String id(JsonNode span) {
    return span.get("spanId").asText();
  }

  /** An attribute of a span as text; a list with commas; empty if there is none. */
  private static String text(JsonNode span, String name) {
    return stream(span.get("attributes"))
        .filter(pair -> pair.get("key").asText().equals(name))
        .map(pair -> String.join(",", pair.get("value").findValuesAsText("stringValue")))
        .findAny()
        .orElse("");
  }

  private static String plain(JsonNode wanted) {
    return wanted.isArray()
        ? String.join(",", stream(wanted).map(JsonNode::asText).toList())
        : wanted.asText();
  }
}
