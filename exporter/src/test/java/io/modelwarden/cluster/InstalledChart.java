// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.system.CollectorOutput;
import io.modelwarden.system.RunningCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;

/** The chart as a release of its own, with its collector, which writes files into a folder. */
final class InstalledChart extends CollectorOutput implements AutoCloseable {

  static final String NAMESPACE = "modelwarden";

  /** There is no name service in the cluster: the Service has an address that is known before. */
  private static final String COLLECTOR = "10.96.0.50";

  private static final String AGENT = "--selector=app.kubernetes.io/component=agent";
  private static final double EXPORT_SECONDS = 0.5;

  private static final String VALUES =
      """
      image: {repository: docker.io/local/modelwarden, tag: test, pullPolicy: Never}
      otlp: {endpoint: "http://%1$s:4318"}
      config: {session: {slice: 1s, quiet-period: 2s}%3$s}
      env: [{name: OTEL_METRIC_EXPORT_INTERVAL, value: "500"}]
      collector:
        enabled: true
        clusterIP: %1$s
        image: {repository: docker.io/local/otelcol, tag: test, pullPolicy: Never}
        backends: [file]
        env: [{name: MODELWARDEN_RULE_OUTPUT, value: /output}]
        volumes: [{name: output, hostPath: {path: "%2$s", type: Directory}}]
        volumeMounts: [{name: output, mountPath: /output}]
      """;

  InstalledChart(Path folder) throws IOException {
    this(folder, "");
  }

  InstalledChart(Path folder, String settings) throws IOException {
    this(folder, settings, "");
  }

  /**
   * Installs it and waits until all its pods are ready.
   *
   * @param folder gets the values, and what the collector has received
   * @param settings of the agent, in braces' style, each with a comma before it
   * @param more values below the others
   */
  InstalledChart(Path folder, String settings, String more) throws IOException {
    super(folder.resolve("output"));
    Path output = Files.createDirectory(folder.resolve("output"));
    // The collector is nobody.
    Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path values = folder.resolve("values.yaml");
    Files.writeString(values, VALUES.formatted(COLLECTOR, output, settings) + more);
    remove();
    makeNamespace();
    Cluster.helm(
        "install",
        NAMESPACE,
        Cluster.CHART.toString(),
        "--namespace=" + NAMESPACE,
        "--values=" + values,
        "--wait",
        "--timeout=2m");
  }

  /** The namespace as the installation guide makes it. */
  static void makeNamespace() {
    Cluster.apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: %s
          labels: {pod-security.kubernetes.io/enforce: privileged}
        """
            .formatted(NAMESPACE));
  }

  /** Waits until the reads of a file are there, and what would have come besides. */
  void awaitReads(String file, Map<Reader, Long> expected) {
    long bytes = sum(expected);
    RunningCollector.await(
        bytes + " bytes of " + file,
        () -> sum(Reader.counted(this, file)) >= bytes && sum(Reader.seen(this, file)) >= bytes);
    settle();
    assertThat(Reader.counted(this, file)).as("counters").isEqualTo(expected);
    assertThat(Reader.seen(this, file)).as("spans").isEqualTo(expected);
  }

  /** Asserts that nobody is told to have read a file, once what would have come is there. */
  void assertUnread(String file) {
    settle();
    assertThat(Reader.counted(this, file)).as("counters").isEmpty();
    assertThat(Reader.seen(this, file)).as("spans").isEmpty();
  }

  /** Whether the newest value of the agent's metric is this. */
  boolean isWatching(int value) {
    return totals().of("modelwarden.agent.kubernetes.watching").containsValue((double) value);
  }

  /** The id of the agent's container. */
  String agentContainer() {
    String path = "{.items[0].status.containerStatuses[0].containerID}";
    return agent("get", "pods", AGENT, "--output=jsonpath=" + path).replace("containerd://", "");
  }

  /**
   * Ends the agent's container and waits for the next one's first export: it has its probes by
   * then.
   */
  void crashAgent(String container) {
    Cluster.killContainer(container);
    double ended = System.currentTimeMillis() / 1e3;
    RunningCollector.await("the next agent", () -> heartbeat() > ended);
  }

  /** Deletes the agent's pod and waits for the next one to be ready. */
  void deleteAgent() {
    agent("delete", "pods", AGENT, "--wait");
    agent("rollout", "status", "daemonset/modelwarden", "--timeout=60s");
  }

  private static String agent(String... arguments) {
    return Cluster.kubectl(
        Stream.concat(Stream.of("--namespace=" + NAMESPACE), Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** Waits for two exports. */
  private void settle() {
    double before = heartbeat();
    RunningCollector.await("exports", () -> heartbeat() > before + 2 * EXPORT_SECONDS);
  }

  private double heartbeat() {
    return totals().of("modelwarden.agent.heartbeat").values().stream()
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(0);
  }

  private static long sum(Map<Reader, Long> bytes) {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public void close() {
    remove();
  }

  private static void remove() {
    Cluster.helm(
        "uninstall", NAMESPACE, "--namespace=" + NAMESPACE, "--ignore-not-found", "--wait");
  }
}
