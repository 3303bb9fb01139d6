// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelwarden.system.Dashboards.Board;
import io.modelwarden.system.Dashboards.Query;
import io.modelwarden.telemetry.MetricNames;
import io.modelwarden.telemetry.MetricSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every query of the dashboards on a real Prometheus that real agents and collectors have filled.
 * The answers are left in {@code target/dashboards}: what the pictures of the boards are drawn
 * from.
 */
@Tag("system")
class DashboardQueriesTest {

  private static final int STEP_SECONDS = 2;
  private static final Path ANSWERS = Programs.REPOSITORY.resolve("exporter/target/dashboards");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");
  private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)\\{[^}]*\\}");
  private static final Pattern SPAN_ATTRIBUTE = Pattern.compile("span\\.([\\w.]+)");
  private static final String OF_THE_WORKLOAD =
      "{ resource.modelwarden.workload.name =~ `${workload:regex}` && ";
  private static final Pattern GROUPING = Pattern.compile("(?:by|on) \\(([^)]*)\\)");

  /** Born with the first failure, of which a good run has none. */
  private static final Pattern BORN_LATE =
      Pattern.compile("otelcol_(receiver|exporter)_(send_|enqueue_)?(failed|refused)_\\w+_total");

  @TempDir static Path folder;
  private static DashboardStory story;
  private static Instant end;

  @BeforeAll
  static void play() throws IOException {
    story = new DashboardStory(folder);
    story.play();
    end = Instant.now();
  }

  @AfterAll
  static void stop() {
    if (story != null) {
      story.close();
    }
  }

  @Test
  void everyQuery_hasAnAnswer() throws IOException {
    List<String> empty = new ArrayList<>();
    Files.createDirectories(ANSWERS);
    for (Board board : Dashboards.boards()) {
      ObjectNode answers =
          JSON.createObjectNode().put("from", start()).put("to", end()).put("step", STEP_SECONDS);
      ObjectNode chosen = answers.putObject("chosen").put("model", DashboardStory.MODEL);
      if (board.variables().stream().anyMatch(DashboardQueriesTest::isOneWorkload)) {
        chosen.put("workload", DashboardStory.WORKLOAD);
      }
      ObjectNode panels = answers.putObject("panels");
      for (Query query : Dashboards.queries(board)) {
        JsonNode answer = answer(query);
        panels
            .withObject("/" + query.panel().get("id").asText())
            .set(query.target().get("refId").asText(), answer.get("result"));
        if (answer.get("result").isEmpty()) {
          empty.add(query.toString());
        }
      }
      JSON.writeValue(ANSWERS.resolve(board.name()).toFile(), answers);
    }
    Files.copy(folder.resolve("spans.jsonl"), ANSWERS.resolve("spans.jsonl"), REPLACE_EXISTING);
    assertThat(empty).isEmpty();
  }

  /** What `or vector(0)` would hide. */
  @Test
  void everySelector_findsSeries() {
    Set<String> selectors =
        queries().stream()
            .flatMap(query -> SELECTOR.matcher(inPlace(query.text())).results())
            .filter(selector -> !BORN_LATE.matcher(selector.group(1)).matches())
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(selectors).hasSizeGreaterThan(40);
    assertThat(selectors)
        .allSatisfy(
            selector ->
                assertThat(
                        story
                            .prometheus()
                            .query(inPlace("last_over_time(" + selector + "[$__range])")))
                    .as(selector)
                    .isNotEmpty());
  }

  @Test
  void everyLabelOfAGroup_exists() {
    Set<String> labels = new TreeSet<>();
    story.prometheus().ask("labels", Map.of()).forEach(label -> labels.add(label.asText()));
    Set<String> used =
        queries().stream()
            .flatMap(query -> GROUPING.matcher(query.text()).results())
            .flatMap(group -> List.of(group.group(1).split(", ")).stream())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(labels).containsAll(used);
  }

  @Test
  void everyVariable_hasValues() {
    for (Board board : Dashboards.boards()) {
      for (JsonNode variable : board.variables()) {
        if (variable.path("type").asText().equals("query")) {
          Matcher values = LABEL_VALUES.matcher(variable.at("/query/query").asText());
          assertThat(values.matches()).as(variable.toString()).isTrue();
          JsonNode found =
              story
                  .prometheus()
                  .ask(
                      "label/" + values.group(2) + "/values",
                      Map.of("match[]", inPlace(values.group(1)), "start", start(), "end", end()));
          assertThat(found).as(variable.toString()).isNotEmpty();
        }
      }
    }
  }

  /** There is no Tempo here: the spans that it would search are asked for what the query names. */
  @Test
  void everySearchInTraces_namesWhatSpansHave() {
    List<String> searches =
        Dashboards.boards().stream()
            .flatMap(board -> board.panels().stream())
            .flatMap(panel -> panel.get("targets").findValuesAsText("query").stream())
            .toList();
    assertThat(searches).hasSize(2).allMatch(search -> search.startsWith(OF_THE_WORKLOAD));
    for (String search : searches) {
      List<JsonNode> found =
          ExportedTotals.spans(story.collector(), "spans.jsonl")
              .filter(span -> span.toString().contains(value(search)))
              .toList();
      assertThat(found).as(search).isNotEmpty();
      SPAN_ATTRIBUTE
          .matcher(search)
          .results()
          .map(attribute -> attribute.group(1))
          .forEach(
              name ->
                  assertThat(found)
                      .as(name)
                      .anyMatch(span -> !ExportedTotals.attribute(span, name).isMissingNode()));
    }
    assertThat(story.collector().lines("spans.jsonl"))
        .anyMatch(
            line ->
                line.toString()
                    .contains(
                        "{\"key\":\"modelwarden.workload.name\",\"value\":{\"stringValue\":\"llm\"}}"));
  }

  private static String value(String search) {
    return search.replaceAll("(?s).*&& \\S+ = (\"\\w+\").*", "$1");
  }

  /** Else it would have been silent since 1970 when it started. */
  @Test
  void heartbeat_isNeverZero() {
    JsonNode least =
        story
            .prometheus()
            .query(inPlace("min_over_time(modelwarden_agent_heartbeat_seconds[$__range])"));
    assertThat(least).hasSize(1);
    assertThat(least.at("/0/value/1").asDouble())
        .isGreaterThanOrEqualTo(story.start().getEpochSecond());
  }

  /** What a document promises and no code sends would be looked for in vain. */
  @Test
  void everyMetricOfTheReference_isThere() {
    List<String> missing =
        MetricNames.all().stream()
            .filter(metric -> !metric.name().startsWith("modelwarden.audit."))
            .map(MetricSpec::prometheusName)
            .filter(
                name ->
                    story
                        .prometheus()
                        .query(inPlace("last_over_time(" + name + "[$__range])"))
                        .isEmpty())
            .toList();
    assertThat(missing).isEmpty();
  }

  @Test
  void figures_areThoseOfTheStory() {
    assertThat(figure("Left the premises")).isEqualTo(story.left());
    assertThat(figure("Share that left"))
        .isEqualTo((double) story.left() / DashboardStory.MODEL_BYTES);
    assertThat(figure("Read or mapped"))
        .isEqualTo(2 * DashboardStory.MODEL_BYTES + DashboardStory.SENT);
    assertThat(figure("Share of the model")).isGreaterThanOrEqualTo(1);
  }

  private static List<Query> queries() {
    return Dashboards.boards().stream()
        .flatMap(board -> Dashboards.queries(board).stream())
        .toList();
  }

  /** Of a panel with one number of the board about one workload. */
  private static double figure(String title) {
    Query only =
        queries().stream()
            .filter(query -> query.board().uid().equals("modelwarden-investigate"))
            .filter(query -> query.panel().path("title").asText().equals(title))
            .findFirst()
            .orElseThrow();
    return answer(only).at("/result/0/value/1").asDouble();
  }

  private static JsonNode answer(Query query) {
    boolean ofOne =
        query.board().variables().stream().anyMatch(DashboardQueriesTest::isOneWorkload);
    String text =
        ofOne
            ? query.text().replace("`${workload:regex}`", '"' + DashboardStory.WORKLOAD + '"')
            : query.text();
    Map<String, String> parameters = new HashMap<>(Map.of("query", inPlace(text)));
    if (query.target().path("instant").asBoolean()) {
      parameters.put("time", end());
      return story.prometheus().ask("query", parameters);
    }
    parameters.putAll(
        Map.of("start", start(), "end", end(), "step", Integer.toString(STEP_SECONDS)));
    return story.prometheus().ask("query_range", parameters);
  }

  /** As Grafana does it, with the model of the story, and all of the rest. */
  private static String inPlace(String query) {
    long range = end.getEpochSecond() - story.start().getEpochSecond();
    String replaced =
        query
            .replace("$__range", range + "s")
            .replace("$__interval", STEP_SECONDS + "s")
            .replace("$__rate_interval", 4 * STEP_SECONDS + "s")
            .replace("`${model:regex}`", '"' + DashboardStory.MODEL + '"')
            .replaceAll("`\\$\\{\\w+:regex\\}`", "\".*\"");
    assertThat(replaced).doesNotContain("$");
    return replaced;
  }

  private static boolean isOneWorkload(JsonNode variable) {
    return variable.path("name").asText().equals("workload") && !variable.path("multi").asBoolean();
  }

  private static String start() {
    return Long.toString(story.start().getEpochSecond());
  }

  private static String end() {
    return Long.toString(end.getEpochSecond());
  }
}
