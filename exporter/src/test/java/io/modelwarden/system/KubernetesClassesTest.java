// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client of the API server costs 45 MB: the packaged agent loads it only where it is asked. */
@Tag("system")
class KubernetesClassesTest {

  private static final String CLIENT = "io.fabric8.";

  @TempDir Path folder;

  @Test
  void withoutACluster_noClassOfTheClientIsLoaded() throws IOException {
    assertThat(loaded("", "io.modelwarden.")).contains("io.modelwarden.agent.Agent");
    assertThat(loaded("", CLIENT)).isEmpty();
  }

  /** Else the test above would also pass with an agent that says nothing. */
  @Test
  void withAKubeconfig_theClientAndItsTransportAre() throws IOException {
    Path kubeconfig =
        Files.writeString(
            folder.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            current-context: away
            contexts: [{name: away, context: {cluster: away, user: nobody}}]
            clusters: [{name: away, cluster: {server: "http://127.0.0.1:9"}}]
            users: [{name: nobody, user: {token: none}}]
            """);
    assertThat(loaded("kubernetes: {kubeconfig: " + kubeconfig + "}", CLIENT))
        .contains("io.fabric8.kubernetes.client.KubernetesClient")
        .anyMatch(name -> name.startsWith("io.fabric8.kubernetes.client.jdkhttp."));
  }

  /** Names of classes that an agent has loaded when it is ready, by the JVM's own log. */
  private List<String> loaded(String settings, String prefix) throws IOException {
    Path own = Files.createTempDirectory(folder, "agent");
    Path log = own.resolve("classes");
    try (RunningAgent agent =
        new RunningAgent(
            own, settings, Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + log + "::filecount=0"))) {
      assertThat(agent.terminate()).isZero();
    }
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .map(line -> line.replaceFirst("^(\\[[^]]*])* *", "").replaceFirst(" .*", ""))
          .filter(name -> name.startsWith(prefix))
          .distinct()
          .toList();
    }
  }
}
