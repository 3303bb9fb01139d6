// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every lane has every case, or the table says why it can have none. */
class LaneCasesTest {

  private static final List<String> CASES =
      List.of(
          "attack",
          "innocent",
          "missing attribute",
          "wrong type",
          "IPv6",
          "unix socket",
          "two rules at once");
  private static final Map<String, Map<String, String>> TABLE = LaneCases.table();

  static List<String> lanes() {
    return LaneCases.lanes();
  }

  @Test
  void everyLane_isInTheTable() {
    assertThat(TABLE.keySet()).containsExactlyElementsOf(lanes());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lanes")
  void aLane_hasEveryCase(String lane) {
    assertThat(TABLE.get(lane).keySet()).containsExactlyElementsOf(CASES);
    TABLE
        .get(lane)
        .forEach(
            (kind, cell) -> {
              if (LaneCases.named(cell).isEmpty()) {
                assertThat(cell).as(lane + ": " + kind).matches("none: .{15,}");
              }
              for (String name : LaneCases.named(cell)) {
                assertThat(isOf(kind, LaneCases.rule(lane), name))
                    .as("%s is a case of %s for %s", name, kind, lane)
                    .isTrue();
              }
            });
    assertThat(LaneCases.named(TABLE.get(lane).get("attack"))).isNotEmpty();
    assertThat(LaneCases.named(TABLE.get(lane).get("innocent"))).isNotEmpty();
  }

  @Test
  void everyCase_isInTheTable() {
    Set<String> named = new TreeSet<>(List.of("no-operation", "two-rules-at-once"));
    TABLE
        .values()
        .forEach(cells -> cells.values().forEach(cell -> named.addAll(LaneCases.names(cell))));
    assertThat(named).containsExactlyInAnyOrderElementsOf(LaneCases.all());
  }

  private static boolean isOf(String kind, String rule, String name) {
    Set<String> found = found(rule, name);
    return switch (kind) {
      case "innocent" -> spans(name).anyMatch(span -> !found.contains(id(span)));
      case "missing attribute" -> name.endsWith("-missing-attribute") && !found.isEmpty();
      case "wrong type" -> !found.isEmpty();
      case "IPv6" ->
          spans(name).allMatch(span -> attribute(span, "network.peer.address").contains(":"))
              && !found.isEmpty();
      case "unix socket" ->
          spans(name).anyMatch(span -> attribute(span, "network.transport").equals("unix"));
      case "two rules at once" ->
          LaneCases.expected(name).stream()
              .filter(wanted -> found.contains(id(wanted)))
              .anyMatch(wanted -> !wanted.get(LaneCases.RULE).asText().equals(rule));
      default -> !found.isEmpty();
    };
  }

  /** Ids of the spans that are findings of this rule. */
  private static Set<String> found(String rule, String name) {
    return LaneCases.expected(name).stream()
        .filter(wanted -> wanted.get(LaneCases.RULE).asText().equals(rule))
        .map(LaneCasesTest::id)
        .collect(Collectors.toSet());
  }

  private static Stream<JsonNode> spans(String name) {
    return LaneCases.json(LaneCases.input(name)).findValues("spans").stream()
        .flatMap(spans -> Dashboards.elements(spans).stream());
  }

  private static String attribute(JsonNode span, String name) {
    return ExportedTotals.attribute(span, name).asText();
  }

  private static String id(JsonNode span) {
    return span.get("spanId").asText();
  }
}
