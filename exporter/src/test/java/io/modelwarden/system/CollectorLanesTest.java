// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * a case: a request of spans, and the findings it has to make, no more and no fewer. The same facts
 * as log events have to make the same findings.
 */
@Tag("system")
class CollectorLanesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path CASES = RunningCollector.CONFIGURATION.resolve("tests");
  private static final String RULE = "security_rule.name";
  private static final List<String> LANES =
      List.of(
          "exec-copy",
          "host-reader",
          "memory-read",
          "new-reader",
          "read-after-load",
          "read-then-egress",
          "unauthorised-reader");

  @TempDir static Path output;
  private static RunningCollector collector;
  private static int markers;

  @BeforeAll
  static void start() throws IOException {
    collector =
        new RunningCollector(
            output,
            files(LANES, List.of("tests/policy.yaml", "tests/learned.yaml", "backends/file.yaml")),
            Map.of("MODELWARDEN_RULE_HOST_READER_EXECUTABLES", "^/usr/sbin/scanner$"));
  }

  @AfterAll
  static void stop() {
    collector.close();
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
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
    collector.postLogs(asLogs(request));
    passAll();
    compare(findings().filter(span -> sent.contains(id(span))).toList(), expected);
    compare(findingLogs().filter(event -> sent.contains(id(event))).toList(), expected);
  }

  private static void compare(List<JsonNode> found, JsonNode expected) {
    assertThat(found.stream().map(item -> id(item) + " " + text(item, RULE)))
        .containsExactlyInAnyOrderElementsOf(
            stream(expected).map(wanted -> id(wanted) + " " + wanted.get(RULE).asText()).toList());
    for (JsonNode item : found) {
      assertThat(text(item, "modelwarden.finding.reason")).as("reason").isNotBlank();
      JsonNode wanted =
          stream(expected)
              .filter(one -> id(one).equals(id(item)))
              .filter(one -> one.get(RULE).asText().equals(text(item, RULE)))
              .findAny()
              .get();
      for (Map.Entry<String, JsonNode> fact : wanted.properties()) {
        if (!fact.getKey().equals("spanId")) {
          assertThat(text(item, fact.getKey()))
              .as(id(item) + " " + fact.getKey())
              .isEqualTo(plain(fact.getValue()));
        }
      }
    }
  }

  /** Log events with the attributes and ids of these spans. */
  private static byte[] asLogs(byte[] spans) throws IOException {
    JsonNode request = JSON.readTree(spans);
    for (JsonNode span : (Iterable<JsonNode>) spans(request)::iterator) {
      ObjectNode event = (ObjectNode) span;
      event.remove(List.of("name", "kind", "startTimeUnixNano", "endTimeUnixNano"));
      event.put("timeUnixNano", "1760000060000000000");
    }
    return request
        .toString()
        .replace("\"resourceSpans\"", "\"resourceLogs\"")
        .replace("\"scopeSpans\"", "\"scopeLogs\"")
        .replace("\"spans\"", "\"logRecords\"")
        .getBytes(UTF_8);
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
    collector.postLogs(asLogs(later));
    // The third span is innocent.
    RunningCollector.await(
        "the later findings",
        () ->
            Stream.of(findings(), findingLogs())
                .allMatch(
                    all ->
                        all.map(CollectorLanesTest::id).toList().containsAll(own.subList(0, 2))));
  }

  static List<List<String>> combinations() {
    List<List<String>> all = new ArrayList<>();
    List<String> backends = List.of("backends/file.yaml", "backends/prometheus-otlp.yaml");
    for (List<String> some : List.of(backends.subList(0, 1), backends.subList(1, 2), backends)) {
      List<String> others = new ArrayList<>(List.of("policy.yaml", "learned.yaml"));
      others.addAll(some);
      LANES.forEach(lane -> all.add(files(List.of(lane), others)));
      all.add(files(LANES, others));
    }
    return all;
  }

  private static List<String> files(List<String> lanes, List<String> others) {
    List<String> files = new ArrayList<>(List.of("base.yaml"));
    lanes.forEach(lane -> files.add("detection/" + lane + ".yaml"));
    files.addAll(others);
    return files;
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
            List.of("base.yaml", "policy.yaml", "detection/memory-read.yaml"),
            "MODELWARDEN_RULE_COLLECTOR_ID=test");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("forward/metrics");
  }

  /** Without its policy a lane would have to allow everybody or nobody: it has to be said which. */
  @Test
  void noPolicy_isRefused() {
    Programs.Ended ended =
        validate(
            List.of("base.yaml", "detection/unauthorised-reader.yaml", "backends/file.yaml"),
            "MODELWARDEN_RULE_COLLECTOR_ID=test");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("filter/unauthorised_reader_policy");
  }

  /** Conditions stand there twice: whoever changes one of them changes both. */
  @Test
  void spansAndLogEvents_meetTheSameConditions() throws IOException {
    assertThat(LANES).hasSize(laneFiles().size());
    for (Path lane : laneFiles()) {
      List<String> lines = Files.readAllLines(lane);
      assertThat(about(lines, "span")).as(lane.toString()).isNotEmpty();
      assertThat(about(lines, "log")).as(lane.toString()).isEqualTo(about(lines, "span"));
    }
  }

  private static List<Path> laneFiles() throws IOException {
    try (Stream<Path> files = Files.list(RunningCollector.CONFIGURATION.resolve("detection"))) {
      return files.sorted().toList();
    }
  }

  private static List<String> about(List<String> lines, String what) {
    return lines.stream()
        .filter(line -> line.contains(what + ".attributes["))
        .map(line -> line.replace(what + ".attributes[", "["))
        .toList();
  }

  @Test
  void noCollectorId_isRefused() {
    Programs.Ended ended = validate(combinations().get(0), "MODELWARDEN_RULE_UNUSED=x");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.output()).contains("MODELWARDEN_RULE_COLLECTOR_ID is not set");
  }

  private static Programs.Ended validate(List<String> files, String variable) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "-u",
                "MODELWARDEN_RULE_COLLECTOR_ID",
                "MODELWARDEN_RULE_STORAGE=" + output,
                variable));
    command.addAll(RunningCollector.command(List.of("validate"), files));
    return Programs.run(command);
  }

  private static Stream<JsonNode> findings() {
    return collector.lines("findings.jsonl").stream().flatMap(CollectorLanesTest::spans);
  }

  private static Stream<JsonNode> findingLogs() {
    return collector.lines("finding_logs.jsonl").stream()
        .flatMap(request -> request.findValues("logRecords").stream())
        .flatMap(CollectorLanesTest::stream);
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
