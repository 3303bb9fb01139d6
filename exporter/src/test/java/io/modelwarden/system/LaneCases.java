// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The cases of the lanes, and the table that says which lane has which. */
final class LaneCases {

  static final Path FOLDER = RunningCollector.CONFIGURATION.resolve("tests");
  static final String RULE = "security_rule.name";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("`([a-z0-9-]+)`");

  private LaneCases() {}

  /** Names of all folders. */
  static List<String> all() {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The lanes that there are, each a file. */
  static List<String> lanes() {
    try (Stream<Path> files = Files.list(RunningCollector.CONFIGURATION.resolve("detection"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The name of the findings of a lane. */
  static String rule(String lane) {
    return "modelwarden." + lane.replace('-', '_');
  }

  /** The committed configuration with lanes and the policy of the cases. */
  static List<String> configuration(List<String> lanes, String... backends) {
    List<String> files = new ArrayList<>(List.of("base.yaml"));
    lanes.forEach(lane -> files.add("detection/" + lane + ".yaml"));
    files.addAll(List.of("tests/policy.yaml", "tests/learned.yaml"));
    files.addAll(List.of(backends));
    return files;
  }

  /** Cells of the table by lane, then by the name of their column. */
  static Map<String, Map<String, String>> table() {
    List<List<String>> rows =
        read("README.md")
            .lines()
            .filter(line -> line.startsWith("|") && !line.startsWith("|---"))
            .map(
                line ->
                    List.of(line.substring(1).split("\\|")).stream().map(String::strip).toList())
            .toList();
    Map<String, Map<String, String>> table = new LinkedHashMap<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      Map<String, String> cells = new LinkedHashMap<>();
      for (int i = 1; i < row.size(); i++) {
        cells.put(rows.get(0).get(i), row.get(i));
      }
      table.put(row.get(0).replace("`", ""), cells);
    }
    return table;
  }

  /** Names of cases in a cell, or nothing where it says why there is none. */
  static List<String> named(String cell) {
    return cell.startsWith("none: ") ? List.of() : names(cell);
  }

  /** Whatever is named in a text. */
  static List<String> names(String text) {
    return NAME.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
  }

  /** The request of a case. */
  static String input(String name) {
    return read(name + "/input.json");
  }

  /** The findings that a case has to make. */
  static List<JsonNode> expected(String name) {
    return Dashboards.elements(json(read(name + "/expected.json")).get("findings"));
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException wrong) {
      throw new UncheckedIOException(wrong);
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(FOLDER.resolve(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
