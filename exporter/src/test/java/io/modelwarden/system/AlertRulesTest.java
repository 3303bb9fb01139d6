// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules as Prometheus' own tool judges them. */
@Tag("system")
class AlertRulesTest {

  private static final Path RULES = Programs.REPOSITORY.resolve("alert-rules");
  private static final String PROMTOOL = Programs.prometheusFolder().resolve("promtool").toString();

  @Test
  void rules_areCleanToTheLinter() throws IOException {
    promtool(List.of("check", "rules", "--lint=all"), files(RULES, ".rules.yaml"));
  }

  @Test
  void rules_fireAndStayQuietAsTheirTestsSay() throws IOException {
    promtool(List.of("test", "rules"), files(RULES.resolve("tests"), ".test.yaml"));
  }

  @Test
  void everyAlert_hasItsRunbookAndItsTest() throws IOException {
    StringBuilder tests = new StringBuilder();
    for (String test : files(RULES.resolve("tests"), ".test.yaml")) {
      tests.append(Files.readString(Path.of(test)));
    }
    for (String file : files(RULES, ".rules.yaml")) {
      Pattern.compile("- alert: (\\w+)")
          .matcher(Files.readString(Path.of(file)))
          .results()
          .map(alert -> alert.group(1))
          .forEach(
              alert -> {
                assertThat(Programs.REPOSITORY.resolve("docs/runbooks/" + alert + ".md")).exists();
                assertThat(tests).contains("alertname: " + alert + "\n");
              });
    }
  }

  @Test
  void everyLane_leadsToARunbook() throws IOException {
    for (String lane :
        files(Programs.REPOSITORY.resolve("otel-collector-config/detection"), ".yaml")) {
      List<String> runbooks =
          Pattern.compile("/runbooks/(\\w+)")
              .matcher(Files.readString(Path.of(lane)))
              .results()
              .map(runbook -> runbook.group(1))
              .toList();
      assertThat(runbooks).as(lane).isNotEmpty();
      runbooks.forEach(
          name ->
              assertThat(Programs.REPOSITORY.resolve("docs/runbooks/" + name + ".md")).exists());
    }
  }

  @Test
  void prometheusConfiguration_isValid() {
    promtool(
        List.of("check", "config"),
        List.of(Programs.REPOSITORY.resolve("otel-collector-config/prometheus.yaml").toString()));
  }

  private static void promtool(List<String> arguments, List<String> files) {
    List<String> command = new ArrayList<>(List.of(PROMTOOL));
    command.addAll(arguments);
    command.addAll(files);
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("SUCCESS");
  }

  private static List<String> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).filter(name -> name.endsWith(suffix)).sorted().toList();
    }
  }
}
