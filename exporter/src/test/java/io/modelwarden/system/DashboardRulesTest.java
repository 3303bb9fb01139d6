// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelwarden.system.Dashboards.Board;
import io.modelwarden.system.Dashboards.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of Grafana's dashboard-linter, and our own. Names of metrics and labels are looked up
 * by {@link io.modelwarden.telemetry.NameCheck}; whether queries have answers by {@link
 * DashboardQueriesTest}.
 */
class DashboardRulesTest {

  private static final Pattern RUNBOOK =
      Pattern.compile("https://modelwarden\\.io/runbooks/(\\w+)");
  private static final Pattern USED = Pattern.compile("\\$\\{?(\\w+)(?::\\w+)?\\}?");
  private static final Pattern RANGE = Pattern.compile("(\\w+)\\([^()]*\\[([^\\]]+)\\]\\)");
  private static final Pattern COUNTER = Pattern.compile("\\b(\\w+)\\(([\\w:]+_total)\\b");
  private static final Pattern ANY_COUNTER = Pattern.compile("\\b[\\w:]+_total\\b");
  private static final Pattern RECORDED = Pattern.compile("\\bmodelwarden:[\\w:]+");
  private static final Set<String> SOURCES = Set.of("${datasource}", "${traces}");
  private static final Set<String> WINDOWS = Set.of("$__range", "$__interval", "24h");
  private static final Set<String> RATES = Set.of("$__range", "$__rate_interval");
  private static final Set<String> OF_GRAFANA =
      Set.of(
          "__all",
          "__range",
          "__interval",
          "__rate_interval",
          "__from",
          "__to",
          "__url_time_range",
          "__data",
          "__field",
          "__value");

  static List<Board> boards() {
    return Dashboards.boards();
  }

  static Stream<Query> queries() {
    return boards().stream().flatMap(board -> Dashboards.queries(board).stream());
  }

  @Test
  void thereAreFour_withNamesOfTheirOwn() {
    assertThat(boards()).hasSize(4);
    assertThat(boards()).extracting(Board::uid).doesNotHaveDuplicates();
    assertThat(boards()).extracting(board -> title(board.json())).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("boards")
  void board_isWhatCanBeProvisionedAnywhere(Board board) {
    assertThat(board.uid()).matches("modelwarden-[a-z]{1,28}");
    assertThat(board.json().path("description").asText()).endsWith(".");
    assertThat(board.json().path("schemaVersion").asInt()).isEqualTo(42);
    assertThat(board.json().path("editable").asBoolean(true)).as("changed in Grafana").isFalse();
    assertThat(board.json().path("tags")).isNotEmpty();
    // What an export of a running Grafana would have left.
    assertThat(board.json().fieldNames())
        .toIterable()
        .doesNotContain("id", "version", "iteration", "__inputs", "gnetId");
  }

  @ParameterizedTest
  @MethodSource("boards")
  void variables_areSourcesOrAskTheSource(Board board) {
    assertThat(board.variables().get(0).path("name").asText()).isEqualTo("datasource");
    for (JsonNode variable : board.variables()) {
      assertThat(variable.path("label").asText()).isNotBlank();
      assertThat(variable.path("description").asText()).isNotBlank();
      assertThat(variable.has("options")).as("values of one installation").isFalse();
      if (variable.path("type").asText().equals("datasource")) {
        assertThat(variable.path("query").asText()).isIn("prometheus", "tempo");
      } else {
        assertThat(variable.path("type").asText()).isEqualTo("query");
        assertThat(variable.at("/datasource/uid").asText()).isEqualTo("${datasource}");
        assertThat(variable.path("refresh").asInt()).as("when the time range changes").isEqualTo(2);
        // Else a series without the label, outside of a cluster, would never be shown.
        assertThat(variable.path("allValue").asText(".*")).isEqualTo(".*");
        assertThat(variable.path("includeAll").asBoolean()).isEqualTo(variable.has("allValue"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("boards")
  void everyVariable_isUsed_andEveryUsedOneDefined(Board board) {
    Set<String> defined = names(board);
    String text = board.json().toString();
    Set<String> used = new TreeSet<>();
    USED.matcher(text)
        .results()
        .map(MatchResult.class::cast)
        .forEach(use -> used.add(use.group(1)));
    used.removeAll(OF_GRAFANA);
    assertThat(used).isEqualTo(defined);
  }

  @ParameterizedTest
  @MethodSource("boards")
  void panels_areOnTheGrid_besideEachOther(Board board) {
    assertThat(board.all("/panels"))
        .extracting(panel -> panel.path("id").asInt())
        .doesNotHaveDuplicates();
    Set<String> taken = new TreeSet<>();
    for (JsonNode panel : board.all("/panels")) {
      JsonNode place = panel.path("gridPos");
      int x = place.path("x").asInt();
      int y = place.path("y").asInt();
      assertThat(x + place.path("w").asInt()).isLessThanOrEqualTo(24);
      for (int column = x; column < x + place.path("w").asInt(); column++) {
        for (int line = y; line < y + place.path("h").asInt(); line++) {
          assertThat(taken.add(column + "/" + line)).as(title(panel) + " lies on another").isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("boards")
  void panels_explainThemselves(Board board) {
    assertThat(board.panels()).extracting(DashboardRulesTest::title).doesNotHaveDuplicates();
    for (JsonNode panel : board.panels()) {
      assertThat(title(panel)).isNotBlank();
      assertThat(panel.path("description").asText()).as(title(panel)).matches("[A-Z0-9].*\\.");
      JsonNode defaults = panel.at("/fieldConfig/defaults");
      assertThat(defaults.path("unit").asText()).as("unit of " + title(panel)).isNotBlank();
      assertThat(defaults.path("noValue").asText()).as("empty " + title(panel)).isNotBlank();
      assertThat(panel.path("links").toString()).as(title(panel)).containsPattern(RUNBOOK);
    }
  }

  @ParameterizedTest
  @MethodSource("boards")
  void runbooks_exist(Board board) {
    RUNBOOK
        .matcher(board.json().toString())
        .results()
        .forEach(
            link ->
                assertThat(Programs.REPOSITORY.resolve("docs/runbooks/" + link.group(1) + ".md"))
                    .exists());
  }

  @ParameterizedTest
  @MethodSource("boards")
  void targets_askTheSourceThatWasChosen(Board board) {
    for (JsonNode panel : board.panels()) {
      List<JsonNode> targets = Dashboards.elements(panel.path("targets"));
      assertThat(targets).as(title(panel)).isNotEmpty();
      assertThat(targets)
          .extracting(target -> target.path("refId").asText())
          .doesNotHaveDuplicates();
      assertThat(panel.at("/datasource/uid").asText()).isIn(SOURCES);
      for (JsonNode target : targets) {
        assertThat(target.path("datasource")).isEqualTo(panel.path("datasource"));
        assertThat(target.has("expr") || target.has("query")).isTrue();
      }
    }
  }

  /** Rules are evaluated each minute: between two points a step would find none. */
  @ParameterizedTest
  @MethodSource("queries")
  void stepOfAGraph_isNotShorterThanThatOfTheRules(Query query) {
    if (query.target().path("range").asBoolean()) {
      assertThat(query.panel().path("interval").asText()).isEqualTo("1m");
      assertThat(query.target().path("legendFormat").asText()).isNotBlank().isNotEqualTo("__auto");
    } else {
      assertThat(query.target().path("instant").asBoolean()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("queries")
  void ranges_followTheBoard(Query query) {
    String text = query.text().replaceAll("\"[^\"]*\"", "");
    List<MatchResult> ranges = RANGE.matcher(text).results().toList();
    for (MatchResult range : ranges) {
      boolean rate = Set.of("rate", "increase").contains(range.group(1));
      assertThat(range.group(2)).as(range.group()).isIn(rate ? RATES : WINDOWS);
    }
    assertThat(text.chars().filter(letter -> letter == '[').count()).isEqualTo(ranges.size());
  }

  @ParameterizedTest
  @MethodSource("queries")
  void counters_areRatesOrIncreases(Query query) {
    List<String> how =
        COUNTER.matcher(query.text()).results().map(counter -> counter.group(1)).toList();
    assertThat(how)
        .allMatch(function -> Set.of("rate", "increase").contains(function), "rate or increase");
    assertThat(ANY_COUNTER.matcher(query.text()).results()).hasSize(how.size());
  }

  @ParameterizedTest
  @MethodSource("queries")
  void recordingRules_exist(Query query) throws IOException {
    Set<String> recorded = recorded();
    RECORDED
        .matcher(query.text())
        .results()
        .forEach(rule -> assertThat(recorded).contains(rule.group()));
  }

  /**
   * Grafana escapes the characters of patterns and no quotes: in a raw string a name has to hold a
   * backtick to be more than a name, which the agent exports of none (DisplayTextTest).
   */
  @ParameterizedTest
  @MethodSource("boards")
  void queries_takeNamesOnlyAsPatternsInRawStrings(Board board) {
    List<String> queries = new ArrayList<>();
    Dashboards.queries(board).forEach(query -> queries.add(query.text()));
    board.variables().forEach(each -> queries.add(each.at("/query/query").asText()));
    board.panels().forEach(each -> queries.addAll(each.findValuesAsText("query")));
    for (String query : queries) {
      String left =
          query
              .replaceAll("=~ ?`\\$\\{\\w+:regex\\}`", "")
              .replaceAll("\\$__(range|interval|rate_interval)\\b", "");
      assertThat(left).as(query).doesNotContain("$");
    }
  }

  /** Whoever names a program or a folder of models must not write into a query or another pane. */
  @ParameterizedTest
  @MethodSource("boards")
  void addresses_takeNamesOnlyEncoded_andLeadToBoardsThatTakeThem(Board board) {
    for (String url : urls(board.json())) {
      if (url.startsWith("/d/")) {
        Board target =
            boards().stream()
                .filter(each -> url.startsWith("/d/" + each.uid() + "?"))
                .findFirst()
                .orElseThrow();
        Pattern.compile("&var-(\\w+)=")
            .matcher(url)
            .results()
            .forEach(variable -> assertThat(names(target)).contains(variable.group(1)));
      }
      String left =
          url.replaceAll("\\$\\{__(data|field|value)[\\w.]*:percentencode\\}", "")
              .replaceAll("\\$\\{\\w+:queryparam\\}", "")
              .replaceAll("\\$\\{(datasource|traces|__from|__to|__url_time_range)\\}", "");
      assertThat(left).doesNotContain("$").matches("(/d/|/explore\\?|https://modelwarden\\.io/).*");
    }
  }

  private static List<String> urls(JsonNode json) {
    List<String> urls = new ArrayList<>();
    json.findValuesAsText("url").stream().filter(url -> !url.isEmpty()).forEach(urls::add);
    return urls;
  }

  private static Set<String> recorded() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(Programs.REPOSITORY.resolve("alert-rules"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".rules.yaml")).toList()) {
        Pattern.compile("- record: (\\S+)")
            .matcher(Files.readString(file))
            .results()
            .forEach(rule -> names.add(rule.group(1)));
      }
    }
    return names;
  }

  private static Set<String> names(Board board) {
    return board.variables().stream()
        .map(variable -> variable.path("name").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String title(JsonNode json) {
    return json.path("title").asText();
  }
}
