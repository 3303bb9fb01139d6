// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.system.Programs;
import io.modelwarden.system.RunningCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart renders to, before the API server. */
@Tag("cluster")
class ChartTest {

  private static final String ESTABLISHED = "{.status.conditions[?(@.type=='Established')].status}";

  @BeforeAll
  static void definitions() {
    Cluster.start();
    InstalledChart.makeNamespace();
    Path folder = Path.of(Programs.printedBy("scripts/operator-crds.sh"));
    for (String kind : List.of("podmonitors", "prometheusrules")) {
      Path file = folder.resolve("monitoring.coreos.com_" + kind + ".yaml");
      Cluster.kubectl("apply", "--server-side", "-f", file.toString());
      // Not `kubectl wait`, which fails while there are no conditions yet.
      RunningCollector.await(
          kind,
          () ->
              Cluster.kubectl("get", "-f", file.toString(), "--output=jsonpath=" + ESTABLISHED)
                  .equals("True"));
    }
  }

  static Stream<String> examples() throws IOException {
    try (Stream<Path> folders = Files.list(Cluster.CHART.resolve("examples"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_isAcceptedWithoutAnUnknownField(String example) {
    Path rendered = Cluster.CHART.resolve("examples").resolve(example).resolve("rendered");
    String said =
        Cluster.kubectl(
            "apply", "--dry-run=server", "--validate=strict", "--recursive", "-f", "" + rendered);
    assertThat(said)
        .contains("daemonset.apps/modelwarden created (server dry run)")
        .doesNotContain("Warning");
  }
}
