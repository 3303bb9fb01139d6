// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The committed dashboards of Grafana, and what they ask. */
final class Dashboards {

  static final Path FOLDER = Programs.REPOSITORY.resolve("dashboards");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Dashboards() {}

  /** A board with its name for messages. */
  record Board(String name, JsonNode json) {

    List<JsonNode> all(String pointer) {
      return elements(json.at(pointer));
    }

    /** Without those that only head a section. */
    List<JsonNode> panels() {
      return all("/panels").stream()
          .filter(each -> !each.at("/type").asText().equals("row"))
          .toList();
    }

    List<JsonNode> variables() {
      return all("/templating/list");
    }

    String uid() {
      return json.path("uid").asText();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A query for Prometheus, with the variables of Grafana in it. */
  record Query(Board board, JsonNode panel, JsonNode target) {

    String text() {
      return target.get("expr").asText();
    }

    @Override
    public String toString() {
      return "%s, %s, %s: %s"
          .formatted(board, panel.path("title").asText(), target.path("refId").asText(), text());
    }
  }

  static List<Board> boards() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(Dashboards::read)
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** All queries of panels for Prometheus. */
  static List<Query> queries(Board board) {
    return board.panels().stream()
        .flatMap(
            panel ->
                elements(panel.get("targets")).stream()
                    .filter(target -> target.has("expr"))
                    .map(target -> new Query(board, panel, target)))
        .toList();
  }

  static List<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static Board read(Path file) {
    try {
      return new Board(file.getFileName().toString(), JSON.readTree(file.toFile()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
