// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is refused before the collector starts, or judged as if it were not there. */
@Tag("system")
class CollectorBadInputTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MEBIBYTE = 1 << 20;
  private static final List<String> CONFIGURATION =
      LaneCases.configuration(LaneCases.lanes(), "backends/file.yaml");

  @TempDir static Path output;
  private static RunningCollector collector;

  /** With one lane named twice, and with a pattern that is there and empty. */
  @BeforeAll
  static void start() throws IOException {
    List<String> lanes = new ArrayList<>(LaneCases.lanes());
    lanes.add("memory-read");
    collector =
        new RunningCollector(
            output,
            LaneCases.configuration(lanes, "backends/file.yaml"),
            Map.of("MODELWARDEN_RULE_HOST_READER_EXECUTABLES", ""));
  }

  @AfterAll
  static void stop() {
    collector.close();
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "unset",
      quoteCharacter = '`',
      value = {
        "MODELWARDEN_RULE_COLLECTOR_ID             | unset           | MODELWARDEN_RULE_COLLECTOR_ID is not set",
        "MODELWARDEN_RULE_COLLECTOR_ID             | ``              | MODELWARDEN_RULE_COLLECTOR_ID must not be empty",
        "MODELWARDEN_RULE_COLLECTOR_ID             | a\"b            | transform/finding_identity",
        "MODELWARDEN_RULE_HOST_READER_EXECUTABLES  | ^(/usr/sbin     | filter/host_reader",
        "MODELWARDEN_RULE_HOST_READER_EXECUTABLES  | *.so            | filter/host_reader",
        "MODELWARDEN_RULE_HOST_READER_EXECUTABLES  | a\") or (\"\" == \"  | filter/host_reader",
        "MODELWARDEN_RULE_HOST_READER_BYTES        | lots            | filter/host_reader",
        "MODELWARDEN_RULE_HOST_READER_BYTES        | ``              | filter/host_reader",
        "MODELWARDEN_RULE_EXEC_COPY_BYTES          | 1MiB            | filter/exec_copy",
        "MODELWARDEN_RULE_MEMORY_READ_BYTES        | ``              | filter/memory_read",
        "MODELWARDEN_RULE_NEW_READER_BYTES         | -               | filter/new_reader",
        "MODELWARDEN_RULE_READ_AFTER_LOAD_BYTES    | ``              | filter/read_after_load",
        "MODELWARDEN_RULE_READ_AFTER_LOAD_SHARE    | a tenth         | filter/read_after_load",
        "MODELWARDEN_RULE_READ_THEN_EGRESS_SHARE   | 10 %            | filter/read_then_egress",
        "MODELWARDEN_RULE_READ_THEN_EGRESS_SHARE   | ``              | filter/read_then_egress",
        "MODELWARDEN_RULE_UNAUTHORISED_READER_BYTES| x               | filter/unauthorised_reader",
        "MODELWARDEN_RULE_INSIDE_CIDRS             | 192.0.2.0/24    | filter/read_then_egress",
        "MODELWARDEN_RULE_INSIDE_CIDRS             | \"192.0.2.0/33\" | filter/read_then_egress",
      })
  void aVariableThatIsWrong_stopsTheCollector(String variable, String value, String told) {
    assertThat(validated(variable, value).code()).isNotZero();
    assertThat(validated(variable, value).output()).contains(told);
  }

  private static Programs.Ended validated(String variable, String value) {
    Map<String, String> variables =
        new TreeMap<>(
            Map.of(
                "MODELWARDEN_RULE_COLLECTOR_ID", "test",
                "MODELWARDEN_RULE_STORAGE", output.toString(),
                "MODELWARDEN_RULE_OUTPUT", output.toString()));
    variables.put(variable, value);
    List<String> command = new ArrayList<>(List.of("env"));
    variables.forEach((name, text) -> command.add(text == null ? "-u" + name : name + "=" + text));
    // Options come before what is set.
    command.sort(
        Comparator.comparing(word -> word.equals("env") ? 0 : word.startsWith("-u") ? 1 : 2));
    command.addAll(RunningCollector.command(List.of("validate"), CONFIGURATION));
    return Programs.run(command);
  }

  /** Folders are looked at when it starts. */
  @Test
  void noFolderForTheFiles_endsTheCollector() {
    List<String> command =
        new ArrayList<>(
            List.of(
                "timeout",
                "20",
                "env",
                "-u",
                "MODELWARDEN_RULE_OUTPUT",
                "MODELWARDEN_RULE_COLLECTOR_ID=test",
                "MODELWARDEN_RULE_STORAGE=" + output.resolve("others"),
                "MODELWARDEN_RULE_LISTEN=127.0.0.1:" + Programs.freePort(),
                "MODELWARDEN_RULE_HEALTH=127.0.0.1:" + Programs.freePort(),
                "MODELWARDEN_RULE_METRICS_PORT=" + Programs.freePort()));
    command.addAll(RunningCollector.command(List.of(), CONFIGURATION));
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).isNotIn(0, 124);
    assertThat(ended.output()).contains("MODELWARDEN_RULE_OUTPUT-is-not-set");
  }

  @Test
  void aLaneNamedTwice_findsOnce() throws IOException {
    String id = "aaaaaaaa00000001";
    collector.post(OtlpJson.memoryRead(id));
    assertThat(rulesAbout(id)).containsExactly("modelwarden.memory_read");
    assertThat(findingsAbout(id)).hasSize(1);
  }

  @Test
  void anEmptyPattern_allowsNobody() throws IOException {
    String id = "aaaaaaaa00000002";
    String scanner = LaneCases.input("host-reader-innocent");
    collector.post(scanner.replace("0000004c00000002", id).getBytes(UTF_8));
    assertThat(rulesAbout(id)).contains("modelwarden.host_reader");
  }

  @Test
  void aSpanOfOneMebibyte_isAFindingLikeAnyOther() throws IOException {
    String id = "aaaaaaaa00000003";
    String large = "x".repeat(MEBIBYTE);
    collector.post(named(id, large));
    assertThat(rulesAbout(id)).contains("modelwarden.exec_copy", "modelwarden.unauthorised_reader");
    assertThat(findingsAbout(id))
        .allSatisfy(
            finding -> {
              assertThat(text(finding, "process.executable.name")).isEqualTo(large);
              assertThat(text(finding, "modelwarden.finding.reason")).startsWith(large);
            });
  }

  @Test
  void aRequestBeyondTheLimit_isRefusedAndTheNextIsTaken() throws IOException {
    byte[] large = named("aaaaaaaa00000004", "x".repeat(21 * MEBIBYTE));
    assertThatThrownBy(() -> collector.post(large))
        .isInstanceOf(AssertionError.class)
        .hasMessageMatching("(?s)(400|413) .*too large.*");
    String id = "aaaaaaaa00000005";
    collector.post(named(id, "cp"));
    assertThat(rulesAbout(id)).contains("modelwarden.exec_copy");
  }

  /** Names are data: nothing in them is a variable, a pattern or a sentence. */
  @Test
  void hostileNames_standInTheReasonAsTheyAre() throws IOException {
    List<String> names = HostileNames.ALL;
    for (int i = 0; i < names.size(); i++) {
      collector.post(named("bbbbbbbb%08x".formatted(i), names.get(i)));
    }
    for (int i = 0; i < names.size(); i++) {
      String id = "bbbbbbbb%08x".formatted(i);
      RunningCollector.await(names.get(i), () -> !findingsAbout(id).isEmpty());
      String name = names.get(i);
      assertThat(findingsAbout(id))
          .allSatisfy(
              finding ->
                  assertThat(text(finding, "modelwarden.finding.reason"))
                      .startsWith(name + " (/bin/" + name + ", pid 8, exec) took ")
                      .contains(" bytes of " + name + ", which has "));
    }
  }

  /** A read by an exec session whose program and model have this name. */
  private static byte[] named(String id, String name) throws IOException {
    JsonNode request = LaneCases.json(LaneCases.input("exec-copy-attack"));
    ObjectNode resource = (ObjectNode) request.at("/resourceSpans/0");
    ObjectNode span = (ObjectNode) resource.at("/scopeSpans/0/spans/0");
    span.put("spanId", id);
    for (JsonNode attribute : span.get("attributes")) {
      ObjectNode value = (ObjectNode) attribute.get("value");
      switch (attribute.get("key").asText()) {
        case "process.executable.name", "modelwarden.model.name" -> value.put("stringValue", name);
        case "process.executable.path" -> value.put("stringValue", "/bin/" + name);
        default -> {}
      }
    }
    return JSON.writeValueAsBytes(Map.of("resourceSpans", List.of(resource)));
  }

  private static TreeSet<String> rulesAbout(String id) {
    RunningCollector.await("findings about " + id, () -> !findingsAbout(id).isEmpty());
    // Lanes work side by side: what the others find is written within their exporter's next flush.
    RunningCollector.await(
        "the same findings twice",
        () -> {
          int before = findingsAbout(id).size();
          pause();
          return findingsAbout(id).size() == before;
        });
    TreeSet<String> rules = new TreeSet<>();
    findingsAbout(id).forEach(finding -> rules.add(text(finding, LaneCases.RULE)));
    return rules;
  }

  private static void pause() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  private static List<JsonNode> findingsAbout(String id) {
    Stream<JsonNode> all = ExportedTotals.spans(collector, "findings.jsonl");
    return all.filter(finding -> finding.path("parentSpanId").asText().equals(id)).toList();
  }

  private static String text(JsonNode span, String name) {
    return ExportedTotals.attribute(span, name).asText();
  }
}
