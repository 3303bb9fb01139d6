// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelwarden.kernel.Cgroup;
import io.modelwarden.workload.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the dashboards are tried on: packaged agent, collector with all lanes and Prometheus with
 * all rules, on a machine that is a node with two pods. A server maps its model, a backup reads
 * some of it; then one exec session reads it twice and another one sends it outside slowly, a
 * program of the host reads the file, and another one the server's memory.
 */
final class DashboardStory implements AutoCloseable {

  static final String CLUSTER = "prod";

  /** That is robbed. */
  static final String WORKLOAD = "llm";

  static final String MODEL = "acme-7b";

  static final long MODEL_BYTES = 200_000_000;
  static final long SENT = 120_000_000;
  static final long SCRAPED = 150_000_000;
  private static final int PORT = 4433;
  private static final String SETTINGS =
      """
      session: {quiet-period: 3s, slice: 5s}
      kubernetes: {kubeconfig: "%s", cluster-name: %s}
      """;

  private final Path folder;
  private final Path model;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final ApiServer api = keep(new ApiServer());
  private final Cgroup kubelet;
  private final RunningPrometheus prometheus;
  private final RunningCollector collector;
  private final Instant start = Instant.now();
  private long left;

  /**
   * Sets the stage.
   *
   * @param folder gets the model and what all of them write
   */
  DashboardStory(Path folder) throws IOException {
    this.folder = folder;
    try {
      kubelet = keep(Cgroup.ofKubelet());
      model = Files.createDirectory(folder.resolve(MODEL)).resolve("model.safetensors");
      Programs.act("make_model", model, MODEL_BYTES);
      PublicNamespace outside = keep(new PublicNamespace(folder));
      outside.serve(PORT, "socat -u TCP-LISTEN:%d,fork,reuseaddr OPEN:/dev/null".formatted(PORT));
      int collectorMetrics = Programs.freePort();
      prometheus = keep(RunningPrometheus.ofTheDemo(folder, collectorMetrics));
      collector = keep(collector(collectorMetrics));
      keep(agent());
    } catch (AssertionError | IOException failed) {
      close();
      throw failed;
    }
  }

  RunningPrometheus prometheus() {
    return prometheus;
  }

  RunningCollector collector() {
    return collector;
  }

  /** When it began. */
  Instant start() {
    return start;
  }

  /**
   * Bytes that the robbed workload has sent outside: by a socket, and by the output of a session.
   */
  long left() {
    return left;
  }

  /** Plays it, and waits until the last of it has been recorded and has raised its alert. */
  void play() throws IOException {
    Cgroup llm = container("deployment-pod", "2".repeat(64));
    Cgroup backup = container("cronjob-pod", "6".repeat(64));
    Process server = start("play_container", "start", llm.folder(), act("hold_model"), model);
    String told = server.inputReader(UTF_8).readLine();
    pause(8);
    readIn(backup, 30);
    pause(4);
    String first = Files.readAllLines(llm.folder().resolve("cgroup.procs")).get(0);
    enter(llm, first, "/bin/sh", "-c", "cat %1$s %1$s >/dev/null".formatted(model));
    pause(4);
    String said =
        enter(
            llm,
            first,
            act("read_and_send"),
            "tcp",
            model,
            PublicNamespace.OUTSIDE,
            PORT,
            1_000_000,
            SENT,
            250);
    left = SENT + said.length();
    pause(5);
    Programs.act("read_file", "pread64", model, 1_000_000, "--limit", 150_000_000);
    pause(5);
    String address = told.replaceAll(".* address=(\\S+) .*", "$1");
    Programs.act("scrape_memory", "process_vm_readv", first, address, SCRAPED);
    Programs.act("scrape_memory", "pidfd_getfd", first, descriptor(told), 1);
    awaitAlerts("ModelEgressBudgetExceeded", "ModelMemoryRead", "ModelDescriptorTaken");
    awaitAlerts("ModelwardenFinding");
  }

  /** An exec session. @return what it said, which leaves too */
  private static String enter(Cgroup container, String first, Object... command) {
    List<String> arguments =
        new ArrayList<>(List.of("bash", "-o", "pipefail", "-c", "\"$@\" | cat", "by pipe"));
    arguments.addAll(List.of(act("play_container"), "enter", container.folder().toString(), first));
    Stream.of(command).map(Object::toString).forEach(arguments::add);
    Programs.Ended ended = Programs.run(arguments);
    if (ended.code() != 0) {
      throw new AssertionError(ended.output());
    }
    return ended.output();
  }

  private static String descriptor(String told) {
    return told.replaceAll(".* descriptor=(\\d+) .*", "$1");
  }

  private void readIn(Cgroup container, int megabytes) {
    Programs.act(
        "play_container",
        "start",
        container.folder(),
        act("read_file"),
        "read",
        model,
        1_000_000,
        "--limit",
        megabytes * 1_000_000L);
  }

  private void awaitAlerts(String... names) {
    for (String name : names) {
      String firing = "ALERTS{alertname=\"%s\", alertstate=\"firing\"}".formatted(name);
      RunningCollector.await(
          name, Duration.ofMinutes(1), () -> !prometheus.query(firing).isEmpty());
    }
  }

  /** The cgroup of a container of a pod that the API server tells of from now on. */
  private Cgroup container(String pod, String id) throws IOException {
    ObjectNode object = ApiServer.read(pod);
    api.put(object);
    return kubelet.child("pod" + object.at("/metadata/uid").asText()).child(id);
  }

  private RunningCollector collector(int ownMetrics) throws IOException {
    List<String> files =
        new ArrayList<>(
            List.of(
                "base.yaml",
                "policy.yaml",
                "learned.yaml",
                "backends/file.yaml",
                "backends/prometheus-otlp.yaml"));
    try (var lanes = Files.list(RunningCollector.CONFIGURATION.resolve("detection"))) {
      lanes.map(lane -> "detection/" + lane.getFileName()).sorted().forEach(files::add);
    }
    return new RunningCollector(
        folder,
        files,
        Map.of(
            "MODELWARDEN_RULE_PROMETHEUS", prometheus.address(),
            "MODELWARDEN_RULE_METRICS_PORT", Integer.toString(ownMetrics)));
  }

  private RunningAgent agent() throws IOException {
    return new RunningAgent(
        folder,
        SETTINGS.formatted(api.kubeconfig(folder), CLUSTER),
        Map.of(
            "K8S_NODE_NAME", "node-1",
            "OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint(),
            "OTEL_METRIC_EXPORT_INTERVAL", "1000"));
  }

  private Process start(String act, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(act(act)));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).start();
    parts.push(() -> Programs.end(process));
    return process;
  }

  private static String act(String name) {
    return Programs.REPOSITORY.resolve("bpf/build/acts/" + name).toString();
  }

  private static void pause(int seconds) {
    try {
      Thread.sleep(seconds * 1000L);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** Ends all, the last one first. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception failure) {
        throw new AssertionError("the stage was not cleared", failure);
      }
    }
  }
}
