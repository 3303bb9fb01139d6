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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark works: it measures everything a little. How long anything took is not judged. */
@Tag("system")
class BenchmarkTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] ROWS = {
    "getppid",
    "read",
    "pread_model",
    "pread_other",
    "uring_model",
    "uring_other",
    "pread_small",
    "read_left_out",
    "pread_left_out",
    "write_small",
    "open_model",
    "open_other",
    "open_small",
    "send",
    "send_armed",
    "pipe",
    "pipe_armed",
    "read_witness",
    "pread_witness",
    "load"
  };

  /** Where the script counts, or can be compared with what looks at all calls. */
  private static final Set<String> WITH_BPFTRACE =
      Set.of("getppid", "read", "pread_model", "pread_other", "pread_small", "load");

  /** Where two more tracepoints are passed. */
  private static final Set<String> WITH_ALL_EMPTY = Set.of("send", "send_armed");

  @TempDir Path folder;

  @Test
  void trial_fillsEveryRow_andLimitsAreJudged() throws IOException {
    Programs.Ended trial = bench("--quick", folder.toString());
    assertThat(trial.code()).as(trial.output()).isZero();

    JsonNode results = JSON.readTree(folder.resolve("performance.json").toFile());
    assertThat(results.path("calls").fieldNames()).toIterable().containsExactlyInAnyOrder(ROWS);
    for (String row : ROWS) {
      List<String> variants = new ArrayList<>(List.of("nothing", "empty", "ours"));
      if (WITH_BPFTRACE.contains(row)) {
        variants.add("bpftrace");
      }
      if (WITH_ALL_EMPTY.contains(row)) {
        variants.add("empty_send");
      }
      assertThat(results.path("calls").path(row).fieldNames())
          .toIterable()
          .as(row)
          .containsExactlyInAnyOrderElementsOf(variants);
    }
    for (String part :
        List.of("calls", "starts", "footprint", "churn", "ring", "first_start_seconds")) {
      assertThat(numbers(results.path(part))).as(part).isNotEmpty().allMatch(number -> number > 0);
    }
    // A session may end before its quiet period does, by the time between two polls.
    assertThat(numbers(results.path("arrival"))).hasSizeGreaterThanOrEqualTo(3);
    assertThat(Files.readString(folder.resolve("performance.md")))
        .contains("## Limits", "getppid", "Linux")
        .doesNotContain(folder.toString(), Programs.REPOSITORY.toString());

    makeEveryLimitHold((ObjectNode) results);
    assertThat(judged(results).code()).isZero();
    ((ObjectNode) results.path("footprint").path("crowd")).put("rss_mebibytes", 80.5);
    Programs.Ended judged = judged(results);
    assertThat(judged.code()).isEqualTo(1);
    assertThat(judged.output())
        .contains("missed: memory of the agent (RSS), at most: 80.50 MiB, at most 80 MiB")
        .containsOnlyOnce("missed:");
  }

  private static void makeEveryLimitHold(ObjectNode results) {
    for (JsonNode row : results.path("calls")) {
      ((ObjectNode) row).set("ours", row.path("nothing"));
      ((ObjectNode) row).set("empty", row.path("nothing"));
    }
    results.set("starts", JSON.createObjectNode());
    ((ObjectNode) results.path("starts")).putArray("ready_seconds").add(2.0);
    ((ObjectNode) results.path("starts")).putArray("rss_mebibytes").add(80.0);
    ((ObjectNode) results.path("arrival")).removeAll().putArray("a_slice").add(1.0);
    ((ObjectNode) results.path("churn"))
        .put("peak_mebibytes", 128.0)
        .put("ready_seconds", 3.0)
        .putArray("resource_seconds")
        .add(1.0);
    for (JsonNode rest : results.path("footprint")) {
      ((ObjectNode) rest)
          .put("cpu_percent", 0.5)
          .put("rss_mebibytes", 80.0)
          .put("ready_seconds", 2.0);
    }
  }

  private Programs.Ended judged(JsonNode results) throws IOException {
    Path file = folder.resolve("judged.json");
    JSON.writeValue(file.toFile(), results);
    return bench("--judge", file.toString());
  }

  private static Programs.Ended bench(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Programs.REPOSITORY.resolve("scripts/bench.sh").toString());
    command.addAll(Arrays.asList(arguments));
    return Programs.run(command);
  }

  private static List<Double> numbers(JsonNode node) {
    if (node.isNumber()) {
      return List.of(node.asDouble());
    }
    List<Double> numbers = new ArrayList<>();
    node.forEach(child -> numbers.addAll(numbers(child)));
    return numbers;
  }
}
