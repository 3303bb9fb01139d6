// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import io.modelwarden.system.CollectorOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The chart as a release of its own, with its collector, which writes files into a folder. */
final class InstalledChart extends CollectorOutput implements AutoCloseable {

  static final String NAMESPACE = "modelwarden";

  /** There is no name service in the cluster: the Service has an address that is known before. */
  private static final String COLLECTOR = "10.96.0.50";

  private static final String VALUES =
      """
      image: {repository: docker.io/local/modelwarden, tag: test, pullPolicy: Never}
      otlp: {endpoint: "http://%1$s:4318"}
      config: {session: {slice: 1s, quiet-period: 2s}}
      env: [{name: OTEL_METRIC_EXPORT_INTERVAL, value: "1000"}]
      collector:
        enabled: true
        clusterIP: %1$s
        image: {repository: docker.io/local/otelcol, tag: test, pullPolicy: Never}
        backends: [file]
        env: [{name: MODELWARDEN_RULE_OUTPUT, value: /output}]
        volumes: [{name: output, hostPath: {path: "%2$s", type: Directory}}]
        volumeMounts: [{name: output, mountPath: /output}]
      """;

  /**
   * Installs it and waits until all its pods are ready.
   *
   * @param folder gets the values, and what the collector has received
   */
  InstalledChart(Path folder) throws IOException {
    super(folder.resolve("output"));
    Path output = Files.createDirectory(folder.resolve("output"));
    // The collector is nobody.
    Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path values = folder.resolve("values.yaml");
    Files.writeString(values, VALUES.formatted(COLLECTOR, output));
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

  @Override
  public void close() {
    remove();
  }

  private static void remove() {
    Cluster.helm(
        "uninstall", NAMESPACE, "--namespace=" + NAMESPACE, "--ignore-not-found", "--wait");
  }
}
