// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.ExportedTotals.attribute;
import static io.modelwarden.system.PublicNamespace.OUTSIDE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that stream weights and touch no file, by the packaged agent and the real lane: with a
 * size they are judged by their share, without one by bytes.
 */
@Tag("system")
class DeclaredHolderTest {

  private static final int PORT = 4498;
  private static final String SIZED = Stage.own("sized");
  private static final String UNSIZED = Stage.own("unsized");

  /** Below it the lane lets pass what is of unknown size. */
  private static final long FLOOR = 64 << 20;

  @TempDir static Path folder;
  private static PublicNamespace outside;
  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    outside = new PublicNamespace(folder);
    Path acts = Programs.REPOSITORY.resolve("bpf/build/acts");
    outside.serve(
        PORT, acts.resolve("sink") + " tcp " + OUTSIDE + " " + PORT + " --connections 100");
    for (String name : List.of("sized", "unsized")) {
      Files.createDirectory(folder.resolve(name));
      Files.copy(acts.resolve("lineage"), folder.resolve(name).resolve(name + "-server"));
    }
    stage =
        new Stage(
            folder,
            """
            holds-model: {"%s/sized/*": "%s=40MB", %s/unsized/unsized-server: "%s"}
            """
                .formatted(folder, SIZED, folder, UNSIZED));
  }

  @AfterAll
  static void stop() {
    stage.close();
    outside.close();
  }

  @Test
  void withASize_aTenthOfItIsAFinding() throws IOException {
    List<JsonNode> spans = send("sized", SIZED, 3_999_999);
    assertThat(last(spans, "modelwarden.model.size").asLong()).isEqualTo(40_000_000);
    assertThat(last(spans, "modelwarden.process.model_data.size").asLong()).isEqualTo(40_000_000);
    assertThat(last(spans, "modelwarden.process.model_data.via").asText()).isEqualTo("declared");
    assertThat(stage.findings(SIZED)).isEmpty();
    assertThat(gauges()).as("what budgets are held against").isEqualTo(40_000_000);

    send("sized", SIZED, 1);
    RunningCollector.await("the finding", () -> !stage.findings(SIZED).isEmpty());
    assertThat(last(stage.findings(SIZED), "modelwarden.finding.reason").asText())
        .isEqualTo(
            "sized-server sent 4000000 bytes to public addresses (%s) holding 40000000 bytes of %s, which has 40000000"
                .formatted(OUTSIDE, SIZED));
  }

  @Test
  void withoutASize_bytesDecide_andNothingPassesForNothing() throws IOException {
    List<JsonNode> spans = send("unsized", UNSIZED, FLOOR - 1);
    assertThat(last(spans, "modelwarden.model.size").isMissingNode()).isTrue();
    assertThat(last(spans, "modelwarden.process.model_data.size").isMissingNode()).isTrue();
    assertThat(stage.findings(UNSIZED)).isEmpty();

    send("unsized", UNSIZED, 1);
    RunningCollector.await("the finding", () -> !stage.findings(UNSIZED).isEmpty());
    assertThat(last(stage.findings(UNSIZED), "modelwarden.finding.reason").asText())
        .isEqualTo(
            "unsized-server sent %d bytes to public addresses (%s) holding unknown bytes of %s, which has unknown"
                .formatted(FLOOR, OUTSIDE, UNSIZED));
  }

  /**
   * Starts a declared server of a workload of its own, waits until it is marked, and lets it send.
   */
  private static List<JsonNode> send(String server, String model, long bytes) throws IOException {
    int before = stage.spans("send tcp", model).size();
    Process process =
        new ProcessBuilder(
                folder.resolve(server).resolve(server + "-server").toString(),
                "send",
                OUTSIDE,
                String.valueOf(PORT),
                String.valueOf(bytes),
                "--wait-before")
            .start();
    String pid = process.inputReader().readLine().replace("pid=", "");
    RunningCollector.await(
        "the mark",
        () ->
            Programs.text(stage.agent().state())
                .lines()
                .anyMatch(line -> line.matches("held " + pid + " .* " + model)));
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    assertThat(process.onExit().join().exitValue()).isZero();
    RunningCollector.await("its span", () -> stage.spans("send tcp", model).size() > before);
    stage.settle(model);
    return stage.spans("send tcp", model);
  }

  private static long gauges() {
    return stage.total("modelwarden.model.size", SIZED);
  }

  private static JsonNode last(List<JsonNode> spans, String attribute) {
    return attribute(spans.get(spans.size() - 1), attribute);
  }
}
