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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
  private static final String RULE = LaneCases.RULE;
  private static final List<String> LANES = LaneCases.lanes();

  @TempDir static Path output;
  private static RunningCollector collector;
  private static int markers;

  @BeforeAll
  static void start() throws IOException {
    collector =
        new RunningCollector(
            output,
            LaneCases.configuration(LANES, "backends/file.yaml"),
            Map.of("MODELWARDEN_RULE_HOST_READER_EXECUTABLES", "^/usr/sbin/scanner$"));
  }

  @AfterAll
  static void stop() {
    collector.close();
  }

  static List<String> cases() {
    return LaneCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void spans_areExactlyTheFindingsThatTheCaseExpects(String name) throws IOException {
    String request = LaneCases.input(name);
    List<JsonNode> expected = LaneCases.expected(name);
    List<String> sent = spans(JSON.readTree(request)).map(CollectorLanesTest::id).toList();
    collector.post(request.getBytes(UTF_8));
    collector.postLogs(OtlpJson.asLogs(request));
    passAll();
    List<JsonNode> found = findings().filter(span -> sent.contains(about(span))).toList();
    found.forEach(CollectorLanesTest::isASpanOfItsOwn);
    compare(found.stream().map(CollectorLanesTest::atItsSpan).toList(), expected);
    compare(findingLogs().filter(event -> sent.contains(id(event))).toList(), expected);
  }

  /** Below the span that it is about, and with all that this span says. */
  private static void isASpanOfItsOwn(JsonNode finding) {
    assertThat(id(finding)).matches("[0-9a-f]{16}").isNotEqualTo(about(finding));
    assertThat(finding.get("name").asText()).isEqualTo("finding " + text(finding, RULE));
    assertThat(finding.get("kind").asInt()).as("no call of its own").isEqualTo(1);
    JsonNode span =
        ExportedTotals.spans(collector, "spans.jsonl")
            .filter(one -> id(one).equals(about(finding)))
            .findAny()
            .orElseThrow();
    for (String same : List.of("traceId", "startTimeUnixNano", "endTimeUnixNano")) {
      assertThat(finding.get(same)).as(same).isEqualTo(span.get(same));
    }
    assertThat(finding.get("attributes")).containsAll(span.get("attributes"));
  }

  /** What is sent again, as after an answer that was lost, is the same again. */
  @Test
  void noTwoSpans_haveOneIdAndDifferentContent() throws IOException {
    String request = LaneCases.input("reader-of-two-rules");
    String own = "eeeeeeee00000001";
    request = request.replace("0000005800000001", own);
    collector.post(request.getBytes(UTF_8));
    collector.post(request.getBytes(UTF_8));
    passAll();
    Map<String, Set<JsonNode>> contents = new TreeMap<>();
    Stream.of("spans.jsonl", "findings.jsonl")
        .flatMap(file -> ExportedTotals.spans(collector, file))
        .filter(span -> id(span).equals(own) || about(span).equals(own))
        .forEach(span -> contents.computeIfAbsent(id(span), id -> new HashSet<>()).add(span));
    assertThat(contents).as("the span and its four findings").hasSize(5);
    assertThat(contents.values()).allSatisfy(same -> assertThat(same).hasSize(1));
  }

  private static void compare(List<JsonNode> found, List<JsonNode> expected) {
    assertThat(found.stream().map(item -> id(item) + " " + text(item, RULE)))
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(wanted -> id(wanted) + " " + wanted.get(RULE).asText()).toList());
    for (JsonNode item : found) {
      assertThat(text(item, "modelwarden.finding.reason")).as("reason").isNotBlank();
      JsonNode wanted =
          expected.stream()
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

  /** Waits until a finding that was sent later is written: what was sent before is, too. */
  private static void passAll() throws IOException {
    String request = LaneCases.input("two-rules-at-once");
    List<String> own = new ArrayList<>();
    for (JsonNode span : (Iterable<JsonNode>) spans(JSON.readTree(request))::iterator) {
      String id = "ffffffff%08x".formatted(++markers);
      request = request.replace(id(span), id);
      own.add(id);
    }
    collector.post(request.getBytes(UTF_8));
    collector.postLogs(OtlpJson.asLogs(request));
    // The third span is innocent.
    RunningCollector.await(
        "the later findings",
        () ->
            Stream.of(
                    ExportedTotals.spans(collector, "spans.jsonl").map(CollectorLanesTest::id),
                    findings().map(CollectorLanesTest::about),
                    findingLogs().map(CollectorLanesTest::id))
                .allMatch(all -> all.toList().containsAll(own.subList(0, 2))));
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
    for (String lane : LANES) {
      List<String> lines =
          Files.readAllLines(RunningCollector.CONFIGURATION.resolve("detection/" + lane + ".yaml"));
      assertThat(sentences(lines, "span")).as(lane).isNotEmpty();
      assertThat(sentences(lines, "log")).as(lane).isEqualTo(sentences(lines, "span"));
    }
  }

  private static List<String> sentences(List<String> lines, String about) {
    return lines.stream()
        .filter(line -> line.contains(about + ".attributes["))
        .map(line -> line.replace(about + ".attributes[", "["))
        .toList();
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

  /** The id of the span that a finding is about. */
  private static String about(JsonNode finding) {
    return finding.path("parentSpanId").asText();
  }

  private static JsonNode atItsSpan(JsonNode finding) {
    return ((ObjectNode) finding.deepCopy()).put("spanId", about(finding));
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
