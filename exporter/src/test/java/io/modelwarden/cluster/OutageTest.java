// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.system.RunningCollector;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API server and the agent go away and come back. */
@Tag("cluster")
class OutageTest {

  private static final long BYTES = 3_000_001;
  private static final String NAMESPACE = "outage";

  @TempDir static Path folder;
  @AutoClose private static InstalledChart chart;
  @AutoClose private static ModelServers servers;

  @BeforeAll
  static void install() throws IOException {
    Cluster.start();
    chart = new InstalledChart(folder);
    servers = new ModelServers(NAMESPACE, folder);
  }

  @AfterAll
  static void remove() {
    Cluster.part("start", "apiserver");
    RunningCollector.await("the API server", Cluster::isReady);
  }

  /**
   * The agent begins again while nobody can tell it a name, and a container too: the pod's uid and
   * the bytes are there, the names come with the API server, and no byte counts twice.
   */
  @Test
  void apiServerAway_thenBack() {
    String file = "api.safetensors";
    servers.model(file, BYTES);
    String pod = servers.serve("api", file);
    String uid = servers.get(pod, ".metadata.uid");
    Reader server = new Reader(NAMESPACE, pod, "server", "cat", "entrypoint");
    chart.awaitReads(file, Map.of(server, BYTES));
    String container = servers.containerId(pod);
    String agent = chart.agentContainer();

    Cluster.part("stop", "apiserver");
    chart.crashAgent(agent);
    assertThat(chart.isWatching(0)).as("an agent without names").isTrue();
    Cluster.killContainer(container);
    Reader nameless = new Reader("", "", "", "cat", "entrypoint");
    chart.awaitReads(file, Map.of(server, BYTES, nameless, BYTES));
    assertThat(uids(file)).containsExactly(uid);

    Cluster.part("start", "apiserver");
    // The longer it was away, the less often it is asked.
    RunningCollector.await("names", Duration.ofMinutes(2), () -> chart.isWatching(1));
    // The kubelet takes its time to tell of the container that began meanwhile.
    RunningCollector.await("the new container", () -> !servers.containerId(pod).equals(container));
    // The agent's watch brings it a moment later than ours.
    servers.exec(pod, "sleep 3; cat /models/" + file + " >/dev/null");
    Reader thief = new Reader(NAMESPACE, pod, "server", "cat", "exec");
    chart.awaitReads(file, Map.of(server, BYTES, nameless, BYTES, thief, BYTES));
    assertThat(uids(file)).containsExactly(uid);
  }

  @Test
  void agentDeleted_thenBack() {
    String file = "agent.safetensors";
    servers.model(file, BYTES);
    servers.serve("agent", file);
    String pod = servers.pod("agent");
    Reader server = new Reader(NAMESPACE, pod, "server", "cat", "entrypoint");
    chart.awaitReads(file, Map.of(server, BYTES));

    chart.deleteAgent();
    servers.exec(pod, "cat /models/" + file + " >/dev/null");
    Reader thief = new Reader(NAMESPACE, pod, "server", "cat", "exec");
    chart.awaitReads(file, Map.of(server, BYTES, thief, BYTES));
  }

  private static Set<String> uids(String file) {
    return Reader.reads(chart, file)
        .map(series -> series.owner("k8s.pod.uid"))
        .collect(Collectors.toSet());
  }
}
