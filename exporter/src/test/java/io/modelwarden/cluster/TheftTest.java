// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_EXEC;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READER;
import static io.modelwarden.coverage.Kind.SESSION;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.system.RunningCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a model that a cluster offers, and who it was by counters and evidence alike. */
@Tag("cluster")
class TheftTest {

  private static final long BYTES = 5_000_001;
  private static final String NAMESPACE = "models";

  @TempDir static Path folder;
  @AutoClose private static InstalledChart chart;
  @AutoClose private static ModelServers servers;

  /** The server, its only pod, and where its models are on the node. */
  private static String pod;

  @BeforeAll
  static void install() throws IOException {
    Cluster.start();
    chart = new InstalledChart(folder);
    servers = new ModelServers(NAMESPACE, folder);
    servers.model("served.safetensors", BYTES);
    pod = servers.serve("llm", "served.safetensors");
  }

  @Test
  void server_hasItsFullResource() {
    awaitReads("served.safetensors", Map.of(server("cat", "entrypoint"), BYTES));
    Map<String, String> expected = new HashMap<>();
    expected.put("k8s.namespace.name", NAMESPACE);
    expected.put("k8s.pod.name", pod);
    expected.put("k8s.pod.uid", servers.get(pod, ".metadata.uid"));
    expected.put("k8s.container.name", "server");
    expected.put("k8s.node.name", "node1");
    expected.put("k8s.deployment.name", "llm");
    expected.put("k8s.replicaset.name", servers.get(pod, ".metadata.ownerReferences[0].name"));
    expected.put("k8s.cluster.uid", clusterUid());
    expected.put("modelwarden.workload.kind", "deployment");
    expected.put("modelwarden.workload.name", "llm");
    expected.put("container.image.name", "docker.io/local/acts");
    expected.put("service.name", "llm");
    expected.put("service.namespace", NAMESPACE);
    expected.put("service.version", "test");
    expected.put("service.instance.id", NAMESPACE + "." + pod + ".server");
    assertThat(Reader.reads(chart, "served.safetensors"))
        .isNotEmpty()
        .allSatisfy(series -> assertThat(series.resource()).containsAllEntriesOf(expected));
    assertThat(Reader.spans(chart, "served.safetensors"))
        .isNotEmpty()
        .allSatisfy(span -> assertThat(span.resource()).containsAllEntriesOf(expected))
        .allSatisfy(
            span -> assertThat(span.of("container.id")).isEqualTo(servers.containerId(pod)));
  }

  @Test
  @Way(
      value = "kubectl cp",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void kubectlCp() throws IOException {
    servers.model("cp.safetensors", BYTES);
    Path copy = folder.resolve("copy");
    servers.kubectl("cp", pod + ":/models/cp.safetensors", copy.toString(), "--container=server");
    assertThat(copy).hasSize(BYTES);
    awaitReads("cp.safetensors", Map.of(server("tar", "exec"), BYTES));
    RunningCollector.await("the output", () -> !Reader.printed(chart, "cp").isEmpty());
    assertThat(Reader.printed(chart, "cp"))
        .containsOnlyKeys(server("tar", "exec"))
        .allSatisfy((reader, bytes) -> assertThat(bytes).isBetween(BYTES, BYTES + 20_480));
  }

  /** What cp does, with the archive kept to be measured. */
  @Test
  @Way(
      value = "kubectl cp",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void archiveByExec() throws IOException {
    servers.model("archive.safetensors", BYTES);
    Path archive = folder.resolve("archive.tar");
    servers.kubectlTo(
        archive,
        "exec",
        pod,
        "--container=server",
        "--",
        "tar",
        "cf",
        "-",
        "/models/archive.safetensors");
    awaitReads("archive.safetensors", Map.of(server("tar", "exec"), BYTES));
    awaitPrinted("archive", Map.of(server("tar", "exec"), Files.size(archive)));
  }

  @Test
  @Way(
      value = "kubectl exec, cat",
      of = SESSION,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT})
  void kubectlExec() throws IOException {
    servers.model("exec.safetensors", BYTES);
    Path copy = folder.resolve("copy-by-cat");
    servers.kubectlTo(
        copy, "exec", pod, "--container=server", "--", "cat", "/models/exec.safetensors");
    assertThat(copy).hasSize(BYTES);
    awaitReads("exec.safetensors", Map.of(server("cat", "exec"), BYTES));
    awaitPrinted("exec", Map.of(server("cat", "exec"), BYTES));
  }

  @Test
  @Way(
      value = "a command run in a container",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void kubectlExecThatPrintsNothing() {
    servers.model("null.safetensors", BYTES);
    servers.exec(pod, "cat /models/null.safetensors >/dev/null");
    awaitReads("null.safetensors", Map.of(server("cat", "exec"), BYTES));
    assertThat(Reader.printed(chart, "null")).isEmpty();
  }

  /** A megabyte a second, each by a process of its own. */
  @Test
  @Way(
      value = "a megabyte a second, each by a process of its own",
      of = READER,
      bytes = EXACT,
      by = SYS_EXIT)
  void slowReader() {
    servers.model("slow.safetensors", BYTES);
    servers.exec(
        pod,
        "for i in 0 1 2 3 4; do dd if=/models/slow.safetensors of=/dev/null bs=1000000 skip=$i"
            + " count=1; sleep 1; done");
    awaitReads("slow.safetensors", Map.of(server("dd", "exec"), BYTES - 1));
  }

  @Test
  @Way(
      value = "kubectl debug of a pod, through /proc/1/root",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void kubectlDebugOfThePod() {
    servers.model("debug.safetensors", BYTES);
    servers.debug(
        pod,
        "--target=server",
        "--container=thief",
        "--",
        "sh",
        "-c",
        "cat /proc/1/root/models/debug.safetensors >/dev/null");
    awaitReads(
        "debug.safetensors",
        Map.of(new Reader(NAMESPACE, pod, "thief", "cat", "ephemeral"), BYTES));
  }

  @Test
  @Way(
      value = "kubectl debug of the node",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void kubectlDebugOfTheNode() {
    Path model = servers.model("node.safetensors", BYTES);
    servers.debug(
        "node/node1", "--profile=sysadmin", "--", "sh", "-c", "cat /host" + model + " >/dev/null");
    String debugger = servers.pod("node-debugger-node1");
    awaitReads(
        "node.safetensors",
        Map.of(new Reader(NAMESPACE, debugger, "debugger", "cat", "host"), BYTES));
  }

  @Test
  @Way(
      value = "nsenter into the machine's mounts",
      of = READER,
      bytes = EXACT,
      by = {PROCESS_EXEC, SYS_EXIT},
      note = "told by its origin")
  void podThatEntersTheNode() {
    Path model = servers.model("nsenter.safetensors", BYTES);
    servers.podOnTheNode("maintenance", model);
    awaitReads(
        "nsenter.safetensors",
        Map.of(new Reader(NAMESPACE, "maintenance", "shell", "cat", "host"), BYTES));
  }

  @Test
  @Way(value = "a Job that mounts the same volume", of = READER, bytes = EXACT, by = SYS_EXIT)
  void jobThatSharesTheVolume() {
    servers.model("job.safetensors", BYTES);
    servers.job("backup", "job.safetensors");
    Reader job = new Reader(NAMESPACE, servers.pod("backup"), "copy", "cat", "entrypoint");
    awaitReads("job.safetensors", Map.of(job, BYTES));
    assertThat(Reader.reads(chart, "job.safetensors"))
        .allSatisfy(
            series ->
                assertThat(series.resource())
                    .containsEntry("k8s.job.name", "backup")
                    .containsEntry("modelwarden.workload.kind", "job")
                    .containsEntry("service.name", "backup"));
  }

  /** What happens every day: each pod has what its own runs read, and no other origin has any. */
  @Test
  void restartRolloutAndScale() {
    String file = "innocent.safetensors";
    servers.model(file, BYTES);
    String first = servers.serve("innocent", file);
    Cluster.killContainer(servers.containerId(first));
    awaitReads(file, Map.of(innocent(first), 2 * BYTES));

    servers.kubectl("rollout", "restart", "deployment/innocent");
    servers.rolledOut("innocent");
    servers.kubectl("wait", "--for=delete", "pod/" + first, "--timeout=60s");
    servers.kubectl("scale", "deployment/innocent", "--replicas=3");
    servers.rolledOut("innocent");
    Map<Reader, Long> expected = new HashMap<>(Map.of(innocent(first), 2 * BYTES));
    servers.pods("innocent-").forEach(each -> expected.put(innocent(each), BYTES));
    assertThat(expected).hasSize(4);
    awaitReads(file, expected);
  }

  private static Reader server(String executable, String origin) {
    return new Reader(NAMESPACE, pod, "server", executable, origin);
  }

  private static Reader innocent(String pod) {
    return new Reader(NAMESPACE, pod, "server", "cat", "entrypoint");
  }

  private static void awaitReads(String file, Map<Reader, Long> expected) {
    chart.awaitReads(file, expected);
  }

  /** What left by the output of an exec session, to the byte. */
  private static void awaitPrinted(String model, Map<Reader, Long> expected) {
    RunningCollector.await("the output", () -> Reader.printed(chart, model).equals(expected));
  }

  private static String clusterUid() {
    return Cluster.kubectl("get", "namespace", "kube-system", "--output=jsonpath={.metadata.uid}");
  }
}
