// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.ExportedTotals.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Packaged agent and real collector, and what the one has reported to the other of programs. */
final class Stage implements AutoCloseable {

  static final long MODEL_BYTES = 20_000_000;

  private static final String PATIENCE = "60s";

  private final RunningCollector collector;
  private final Path own;
  private final String settings;
  private final Map<String, String> environment;
  private RunningAgent agent;
  private final Path models;
  private final Map<Path, String> digests = new HashMap<>();

  /**
   * @param folder gets the models, and a folder for what agent and collector write
   * @param settings of the agent, YAML
   */
  Stage(Path folder, String settings) throws IOException {
    this(folder, settings, List.of("read-then-egress"), Map.of(), Map.of());
  }

  /**
   * @param lanes of the collector
   * @param variables of the lanes
   * @param environment of the agent
   */
  Stage(
      Path folder,
      String settings,
      List<String> lanes,
      Map<String, String> variables,
      Map<String, String> environment)
      throws IOException {
    this.settings = settings;
    own = Files.createDirectory(folder.resolve("stage"));
    models = folder;
    String listen = "127.0.0.1:" + Programs.freePort();
    List<String> files = new ArrayList<>(List.of("base.yaml", "policy.yaml", "backends/file.yaml"));
    lanes.forEach(lane -> files.add("detection/" + lane + ".yaml"));
    collector =
        new RunningCollector(own, files, with(variables, "MODELWARDEN_RULE_LISTEN", listen));
    this.environment =
        with(
            with(environment, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://" + listen),
            "OTEL_METRIC_EXPORT_INTERVAL",
            "500");
    try {
      agent = newAgent();
    } catch (AssertionError failed) {
      collector.close();
      throw failed;
    }
  }

  private static Map<String, String> with(Map<String, String> more, String name, String value) {
    Map<String, String> all = new HashMap<>(more);
    all.put(name, value);
    return all;
  }

  private RunningAgent newAgent() throws IOException {
    return new RunningAgent(own, settings, environment);
  }

  /** The hierarchy by which containers are told. */
  static Path pids() {
    Path v1 = Path.of("/sys/fs/cgroup/pids");
    return Files.isDirectory(v1) ? v1 : Path.of("/sys/fs/cgroup");
  }

  /** Another agent in the place of the one that has ended. */
  void startAgent() throws IOException {
    agent = newAgent();
  }

  RunningAgent agent() {
    return agent;
  }

  /** What the agent has said since it was started. */
  String log() throws IOException {
    return Files.readString(own.resolve("agent.log"));
  }

  /** A name that no other program of this machine uses: totals are looked up by it. */
  static String own(String name) {
    return name + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  /** A model of its own, 20 MB of valid safetensors, that the agent has not seen yet. */
  Path model(String name) throws IOException {
    Path made = own.resolve("made");
    Programs.act("make_model", made, MODEL_BYTES);
    String digest = Outside.digest(made);
    // Only now has it the name of a model, so that no read of ours is one of it.
    Path model = Files.move(made, models.resolve(own(name) + ".safetensors"));
    digests.put(model, digest);
    return model;
  }

  /** SHA-256 of such a model. */
  String digest(Path model) {
    return digests.get(model);
  }

  /** The name that is reported of such a model. */
  static String nameOf(Path model) {
    return model.getFileName().toString().replace(".safetensors", "");
  }

  /**
   * Runs a script of bash to its good end.
   *
   * @return what it said
   */
  static String run(String script) {
    Programs.Ended ended = Programs.run(List.of("timeout", PATIENCE, "bash", "-c", script));
    assertThat(ended.code()).as(script + "\n" + ended.output()).isZero();
    return ended.output().strip();
  }

  /**
   * Waits until the only session with a model is over, because its processes have ended or are
   * quiet, and all that was counted in it has arrived.
   */
  void settle(String model) {
    RunningCollector.await(
        "the end of the access to " + model, () -> !spans("model_access", model).isEmpty());
    double now = Instant.now().toEpochMilli() / 1e3;
    RunningCollector.await("an export", () -> ExportedTotals.heartbeat(collector) > now);
  }

  /** The agent sees nothing meanwhile; its programs in the kernel do. */
  void whileAgentIsStopped(Runnable acts) {
    run("kill -STOP " + agent.pid());
    try {
      acts.run();
    } finally {
      run("kill -CONT " + agent.pid());
    }
  }

  RunningCollector collector() {
    return collector;
  }

  /** Bytes of a file that calls have read, by all programs. */
  long read(Path file) {
    return total("modelwarden.file.io", file.toString(), "read") - touched(file);
  }

  /** Bytes of a file that were touched of mappings, by all programs. */
  long touched(Path file) {
    return total("modelwarden.file.io", file.toString(), "fault");
  }

  /** Bytes of a file that were mapped, by all programs. */
  long mapped(Path file) {
    return total("modelwarden.file.mapped", file.toString());
  }

  /** The sum over those series that have all these values among their attributes. */
  long total(String metric, String... values) {
    return ExportedTotals.sum(
        collector,
        metric,
        series -> Stream.of(values).allMatch(value -> series.contains("\"" + value + "\"")));
  }

  /** Spans of that name about that model. */
  List<JsonNode> spans(String name, String model) {
    return about(model, "spans.jsonl")
        .filter(span -> span.path("name").asText().equals(name))
        .toList();
  }

  /** Spans about that model that are findings. */
  List<JsonNode> findings(String model) {
    return about(model, "findings.jsonl").toList();
  }

  private Stream<JsonNode> about(String model, String file) {
    return ExportedTotals.spans(collector, file)
        .filter(span -> attribute(span, "modelwarden.model.name").asText().equals(model));
  }

  @Override
  public void close() {
    agent.close();
    collector.close();
  }
}
