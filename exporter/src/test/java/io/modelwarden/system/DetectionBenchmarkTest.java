// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The benchmark of detection works, and counts to the span. How long anything took is not judged.
 */
@Tag("system")
class DetectionBenchmarkTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void trial_seesEachSpanArriveAndEachRuleEvaluated_andLimitsAreJudged() throws IOException {
    Programs.Ended trial = bench("--quick", folder.toString());
    assertThat(trial.code()).as(trial.output()).isZero();

    ObjectNode results =
        (ObjectNode) JSON.readTree(folder.resolve("performance-detection.json").toFile());
    for (String load : List.of("ordinary", "flood")) {
      JsonNode turn = results.path("lanes").path(load).get(0);
      assertThat(turn.path("spans").asInt()).as(load).isPositive();
      assertThat(turn.path("findings").fieldNames()).toIterable().as(load).hasSize(laneFiles());
    }
    assertThat(results.path("rules").path("rules").findValuesAsText("name"))
        .contains("modelwarden:sent_outside_bytes:increase1m", "ModelEgressBudgetExceeded");
    assertThat(Files.readString(folder.resolve("performance-detection.md")))
        .contains("## Limits", "ordinary", "ModelReadExceedsSize")
        .doesNotContain(folder.toString(), Programs.REPOSITORY.toString());

    for (JsonNode turn : results.path("lanes").path("ordinary")) {
      ((ObjectNode) turn).put("spans_per_second", 50_000).put("rss_mebibytes", 400);
    }
    for (JsonNode turn : results.path("lanes").path("flood")) {
      ((ObjectNode) turn).put("rss_mebibytes", 400);
    }
    ((ObjectNode) results.path("rules")).put("seconds", 1);
    assertThat(judged(results).code()).isZero();
    ((ObjectNode) results.path("lanes").path("ordinary").get(0)).put("spans_per_second", 49_999);
    Programs.Ended judged = judged(results);
    assertThat(judged.code()).isEqualTo(1);
    assertThat(judged.output())
        .contains("missed: spans through all lanes of one processor: 49,999.00 /s, at least 50,000")
        .containsOnlyOnce("missed:");
  }

  private static int laneFiles() throws IOException {
    try (var files = Files.list(RunningCollector.CONFIGURATION.resolve("detection"))) {
      return (int) files.count();
    }
  }

  private Programs.Ended judged(JsonNode results) throws IOException {
    Path file = folder.resolve("judged.json");
    JSON.writeValue(file.toFile(), results);
    return bench("--judge", file.toString());
  }

  private static Programs.Ended bench(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Programs.REPOSITORY.resolve("scripts/bench-detection.sh").toString());
    command.addAll(List.of(arguments));
    return Programs.run(command);
  }
}
