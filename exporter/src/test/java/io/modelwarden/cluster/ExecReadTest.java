// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.system.ExportedTotals;
import io.modelwarden.system.RunningCollector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model server in a pod, and a reader by {@code kubectl exec}, as a real collector has them. */
@Tag("cluster")
class ExecReadTest {

  private static final long MODEL_BYTES = 5_000_001;
  private static final String MODEL = "/models/acme.safetensors";
  private static final String SERVER =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: model-server, namespace: default}
      spec:
        terminationGracePeriodSeconds: 1
        volumes: [{name: models, emptyDir: {}}]
        initContainers:
          - name: download
            image: docker.io/local/acts:test
            imagePullPolicy: Never
            command: [make_model, %1$s, "%2$d"]
            volumeMounts: [{name: models, mountPath: /models}]
        containers:
          - name: server
            image: docker.io/local/acts:test
            imagePullPolicy: Never
            command: [sh, -c, "tail -f /dev/null | hold_model %1$s"]
            volumeMounts: [{name: models, mountPath: /models, readOnly: true}]
            readinessProbe: {exec: {command: [pidof, hold_model]}, periodSeconds: 1}
      """
          .formatted(MODEL, MODEL_BYTES);

  @TempDir static Path folder;
  private static InstalledChart chart;

  @BeforeAll
  static void install() throws Exception {
    Cluster.start();
    chart = new InstalledChart(folder);
    Cluster.kubectl("delete", "pod", "model-server", "--ignore-not-found", "--wait");
    Cluster.apply(SERVER);
    Cluster.kubectl("wait", "--for=condition=Ready", "pod/model-server", "--timeout=60s");
  }

  @AfterAll
  static void remove() {
    Cluster.kubectl("delete", "pod", "model-server", "--ignore-not-found", "--wait");
    if (chart != null) {
      chart.close();
    }
  }

  @Test
  void agent_seesTheNodeWithItsFewCapabilities() {
    String doctor = inAgent("doctor", "--config", "/etc/modelwarden/modelwarden.yaml");
    assertThat(doctor)
        .contains("NET_ADMIN, SYS_PTRACE, PERFMON, BPF")
        .contains("ok    probe on_sendmsg4")
        .doesNotContain("SYS_ADMIN")
        .doesNotContain("fail ");
    RunningCollector.await("the state of probes", () -> !probes().isEmpty());
    assertThat(probes()).hasSizeGreaterThan(10).values().containsOnly(1.0);
    // The node's name: the host's name is the pod's in there.
    assertThat(probes().keySet())
        .allSatisfy(owner -> assertThat(owner).contains("\"host.name\"", "\"node1\""));
  }

  @Test
  void catByExec_isCountedToTheByteOnItsContainer() throws Exception {
    Path stolen = folder.resolve("stolen");
    Cluster.kubectlTo(stolen, "exec", "model-server", "--container=server", "--", "cat", MODEL);
    assertThat(Files.size(stolen)).isEqualTo(MODEL_BYTES);

    RunningCollector.await("what cat read", () -> ExportedTotals.read(chart, MODEL) >= MODEL_BYTES);
    Map<String, Double> reads = new HashMap<>(chart.totals().of("modelwarden.file.io"));
    reads
        .keySet()
        .removeIf(
            series ->
                !series.contains(MODEL)
                    || !series.contains("\"read\"")
                    || series.contains("\"fault\""));
    assertThat(reads).hasSize(1).values().containsExactly((double) MODEL_BYTES);
    assertThat(reads.keySet()).first().asString().contains("\"model-server\"", "\"exec\"");

    List<Double> mapped =
        chart.totals().of("modelwarden.file.mapped").entrySet().stream()
            .filter(series -> series.getKey().contains(MODEL))
            .map(Map.Entry::getValue)
            .toList();
    assertThat(mapped).as("by the server").containsExactly((double) MODEL_BYTES);
  }

  @Test
  void top_answersInTheAgentsPod() {
    RunningCollector.await("the server's mapping", () -> inAgent("top", "--once").contains("acme"));
  }

  private static String inAgent(String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("exec", "--namespace=" + InstalledChart.NAMESPACE));
    command.addAll(List.of("daemonset/modelwarden", "--", "/opt/modelwarden/java/bin/java"));
    command.add("@/opt/modelwarden/java-options");
    command.addAll(List.of(arguments));
    return Cluster.kubectl(command.toArray(String[]::new));
  }

  private static Map<String, Double> probes() {
    return chart.totals().of("modelwarden.agent.probe.attached");
  }
}
