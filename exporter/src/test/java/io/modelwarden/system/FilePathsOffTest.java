// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.ExportedTotals.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged agent without {@code metrics.file-paths}: in Prometheus a model of several files is
 * one series with their exact sum, over ended processes and another agent; spans tell the files.
 */
@Tag("system")
class FilePathsOffTest {

  private static final int FIRST_BYTES = 3_000_000;
  private static final int SECOND_BYTES = 5_000_000;
  private static final int PAGE = 4096;

  @TempDir Path folder;
  private Path first;
  private Path second;
  private String model;
  private RunningPrometheus prometheus;
  private RunningCollector collector;

  @Test
  void filesOfAModel_areOneExactCounter_andSpansTellEachFile() throws IOException {
    model = Stage.own("acme");
    Path models = Files.createDirectory(folder.resolve(model));
    first = models.resolve("model-00001-of-00002.safetensors");
    second = models.resolve("model-00002-of-00002.safetensors");
    Programs.act("make_model", first, FIRST_BYTES);
    Programs.act("make_model", second, SECOND_BYTES);
    try (RunningPrometheus demo = RunningPrometheus.ofTheDemo(folder)) {
      prometheus = demo;
      try (RunningCollector own = collector()) {
        collector = own;
        try (RunningAgent agent = agent()) {
          read(first);
          read(second);
          read(first);
          await("all that was read", series("file_io_bytes_total"), 2 * FIRST_BYTES + SECOND_BYTES);
          map();
          assertThat(agent.terminate()).isZero();
        }
        try (RunningAgent next = agent()) {
          read(second);
          await("the next agent's count", series("file_io_bytes_total"), SECOND_BYTES);
          await("the window over both", read("way=\"read\""), 2 * (FIRST_BYTES + SECOND_BYTES));
          assertThat(next.terminate()).isZero();
        }
        pathsAreOnSpansAlone();
      }
    }
  }

  /** Both files by one process image at a time, which then ends. */
  private void map() throws IOException {
    long mapped = FIRST_BYTES / PAGE * PAGE + SECOND_BYTES / PAGE * PAGE;
    Process one = mapping(first, FIRST_BYTES / PAGE * PAGE);
    Process other = mapping(second, SECOND_BYTES / PAGE * PAGE);
    await("both mappings", series("file_mapping_size_bytes"), mapped);
    one.getOutputStream().close();
    await("one mapping", series("file_mapping_size_bytes"), SECOND_BYTES / PAGE * PAGE);
    other.getOutputStream().close();
    await("none", series("file_mapping_size_bytes"), 0);
    await("what was ever mapped", series("file_mapped_bytes_total"), mapped);
    await(
        "the size of the model",
        "max(" + series("model_size_bytes") + ")",
        FIRST_BYTES + SECOND_BYTES);
  }

  private void pathsAreOnSpansAlone() {
    assertThat(prometheus.query("count({file_path!=\"\"})")).isEmpty();
    assertThat(prometheus.query("last_over_time(modelwarden_file_size_bytes[1h])")).isEmpty();
    assertThat(prometheus.query("ALERTS{alertname=\"ModelFileReadExceedsSize\"}")).isEmpty();
    RunningCollector.await(
        "spans of both files", () -> paths().equals(Set.of(first.toString(), second.toString())));
  }

  private Set<String> paths() {
    Set<String> paths = new TreeSet<>();
    ExportedTotals.spans(collector, "spans.jsonl")
        .filter(span -> attribute(span, "modelwarden.model.name").asText().equals(model))
        .map(span -> attribute(span, "file.path").asText())
        .filter(path -> !path.isEmpty())
        .forEach(paths::add);
    return paths;
  }

  private RunningCollector collector() throws IOException {
    return RunningCollector.pushingTo(prometheus, folder);
  }

  private RunningAgent agent() throws IOException {
    return new RunningAgent(
        folder,
        "metrics: {file-paths: false}\nsession: {quiet-period: 1s}",
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            collector.endpoint(),
            "OTEL_METRIC_EXPORT_INTERVAL",
            "1000"));
  }

  private static void read(Path file) {
    Programs.act("read_file", "read", file, 65536);
  }

  private static Process mapping(Path file, int bytes) throws IOException {
    return new ProcessBuilder(
            Programs.REPOSITORY.resolve("bpf/build/acts/map_file").toString(),
            file.toString(),
            "0",
            String.valueOf(bytes),
            "1",
            "--touch")
        .start();
  }

  /** The newest value of the only series that the model has of a metric. */
  private String series(String metric) {
    String reads =
        metric.equals("file_io_bytes_total")
            ? ", disk_io_direction=\"read\", modelwarden_io_method!=\"fault\""
            : "";
    return "modelwarden_%s{modelwarden_model_name=\"%s\"%s}".formatted(metric, model, reads);
  }

  private String read(String way) {
    return "sum(sum_over_time(modelwarden:model_bytes:increase1m{modelwarden_model_name=\"%s\", %s}[10m]))"
        .formatted(model, way);
  }

  private void await(String what, String query, long value) {
    RunningCollector.await(
        what,
        () -> {
          JsonNode series = prometheus.query(query);
          return series.size() == 1 && series.get(0).get("value").get(1).asLong() == value;
        });
  }
}
