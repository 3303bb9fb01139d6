// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dashboards against what Grafana itself publishes, and against what they are made from. */
@Tag("system")
class DashboardSchemaTest {

  private static final Path SCRIPTS = Programs.REPOSITORY.resolve("scripts/dashboards");

  @TempDir Path folder;

  @Test
  void files_areThoseThatTheGeneratorMakes() throws IOException {
    Programs.Ended made =
        Programs.run(
            List.of("python3", "-B", SCRIPTS.resolve("generate.py").toString(), folder.toString()));
    assertThat(made.code()).as(made.output()).isZero();
    assertThat(jsonIn(folder)).isNotEmpty();
    assertThat(jsonIn(Dashboards.FOLDER).stream().map(Path::getFileName).toList())
        .isEqualTo(jsonIn(folder).stream().map(Path::getFileName).toList());
    for (Path file : jsonIn(folder)) {
      assertThat(Dashboards.FOLDER.resolve(file.getFileName()))
          .as("make it again: scripts/dashboards/generate.py dashboards")
          .hasSameTextualContentAs(file);
    }
  }

  @Test
  void boards_fitGrafanasTypes() throws IOException {
    Programs.Ended checked = check(jsonIn(Dashboards.FOLDER));
    assertThat(checked.code()).as(checked.output()).isZero();
  }

  /** That the check can fail. */
  @ParameterizedTest
  @CsvSource({
    "'\"graphMode\": \"none\"', '\"graphMode\": \"nine\"', nine",
    "'\"schemaVersion\": 42', '\"schemaVersion\": \"42\"', is not assignable",
    "'\"rowHeight\"', '\"rowHeigth\"', rowHeigth",
    "'\"showPoints\": \"never\"', '\"showPoints\": \"seldom\"', seldom",
    "'\"refresh\": 2', '\"refresh\": 7', VariableRefresh",
    "'| select(', '| selekt(', no TraceQL",
  })
  void whatGrafanaDoesNotKnow_isRefused(String right, String wrong, String said)
      throws IOException {
    String board = Files.readString(Dashboards.FOLDER.resolve("investigate-workload.json"));
    assertThat(board).contains(right);
    Path file = folder.resolve("board.json");
    Files.writeString(file, board.replace(right, wrong));
    Programs.Ended checked = check(List.of(file));
    assertThat(checked.code()).isEqualTo(1);
    assertThat(checked.output()).contains(said);
  }

  private static Programs.Ended check(List<Path> files) {
    List<String> command = new ArrayList<>();
    command.add("node");
    command.add(SCRIPTS.resolve("schema/check.mjs").toString());
    command.add(Programs.printedBy("scripts/grafana.sh"));
    files.forEach(file -> command.add(file.toString()));
    return Programs.run(command);
  }

  private static List<Path> jsonIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }
}
