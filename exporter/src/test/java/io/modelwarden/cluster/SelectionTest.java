// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is told which namespace it is there for. */
@Tag("cluster")
class SelectionTest {

  private static final long BYTES = 4_000_001;
  private static final String SELECTED = "selected";
  private static final String OTHER = "others";

  @TempDir static Path folder;
  @AutoClose private static InstalledChart chart;
  @AutoClose private static ModelServers selected;
  @AutoClose private static ModelServers others;

  @BeforeAll
  static void install() throws IOException {
    Cluster.start();
    chart =
        new InstalledChart(
            folder,
            ", workloads: {include: [{namespaces: [%s]}], exclude: [{pods: skip=yes}]}"
                .formatted(SELECTED));
    selected = new ModelServers(SELECTED, folder);
    others = new ModelServers(OTHER, folder);
  }

  @Test
  void namespaceThatIsNotSelected_givesNothing() {
    others.model("other.safetensors", BYTES);
    String other = others.serve("other", "other.safetensors");
    others.exec(other, "cat /models/other.safetensors >/dev/null");
    selected.model("first.safetensors", BYTES);
    selected.serve("first", "first.safetensors");
    chart.awaitReads("first.safetensors", Map.of(server("first"), BYTES));
    chart.assertUnread("other.safetensors");
  }

  /** The thief comes from a namespace that is not selected, and takes the way over the node. */
  @Test
  void readerOutside_isToldForTheModelsOfThoseSelected() {
    Path model = selected.model("held.safetensors", BYTES);
    selected.serve("held", "held.safetensors");
    chart.awaitReads("held.safetensors", Map.of(server("held"), BYTES));
    others.podOnTheNode("thief", model);
    Reader thief = new Reader(OTHER, "thief", "shell", "cat", "host");
    chart.awaitReads("held.safetensors", Map.of(server("held"), BYTES, thief, BYTES));
  }

  /** A pod that is left out by a label while it runs, and comes back without it. */
  @Test
  void labelThatChanges_actsWithoutARestart() throws InterruptedException {
    selected.model("label.safetensors", BYTES);
    String pod = selected.serve("label", "label.safetensors");
    chart.awaitReads("label.safetensors", Map.of(server("label"), BYTES));

    selected.kubectl("label", "pod", pod, "skip=yes");
    Thread.sleep(1000);
    selected.model("unseen.safetensors", BYTES);
    selected.exec(pod, "cat /models/unseen.safetensors >/dev/null");
    chart.assertUnread("unseen.safetensors");

    selected.kubectl("label", "pod", pod, "skip-");
    Thread.sleep(1000);
    selected.model("seen.safetensors", BYTES);
    selected.exec(pod, "cat /models/seen.safetensors >/dev/null");
    Reader exec = new Reader(SELECTED, pod, "server", "cat", "exec");
    chart.awaitReads("seen.safetensors", Map.of(exec, BYTES));
  }

  private static Reader server(String name) {
    return new Reader(SELECTED, selected.pod(name), "server", "cat", "entrypoint");
  }
}
