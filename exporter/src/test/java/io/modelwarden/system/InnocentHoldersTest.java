// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.Stage.MODEL_BYTES;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.kernel.Cgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that have a model in their hands for a good reason: their bytes are counted, and no lane
 * finds anything. The same collector finds whoever has none.
 */
@Tag("system")
class InnocentHoldersTest {

  private static final Path ACTS = Programs.REPOSITORY.resolve("bpf/build/acts");

  @TempDir static Path folder;
  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    stage =
        new Stage(
            folder,
            "session: {quiet-period: 2s}",
            List.of(
                "read-then-egress", "memory-read", "exec-copy", "host-reader", "read-after-load"),
            Map.of(
                "MODELWARDEN_RULE_HOST_READER_EXECUTABLES",
                "^(/usr/bin/head|%s/hold_model)$".formatted(ACTS),
                "MODELWARDEN_RULE_READ_AFTER_LOAD_BYTES",
                "1"),
            Map.of("K8S_NODE_NAME", "node1"));
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @Test
  void readerWithoutAReason_isFound() throws IOException {
    Path model = stage.model("control");
    runIn("cat MODEL >/dev/null", model);
    stage.settle(nameOf(model));
    RunningCollector.await("the finding", () -> !stage.findings(nameOf(model)).isEmpty());
  }

  /** It reads all of a model ahead of its server, and the node's list names it. */
  @Test
  void prefetcher_isNoFinding() throws IOException {
    Path model = stage.model("prefetched");
    runIn("head -c %d MODEL >/dev/null".formatted(MODEL_BYTES), model);
    assertInnocent(model, MODEL_BYTES);
  }

  /** Its second start reads everything again. */
  @Test
  void restartOfTheServer_isNoFinding() throws IOException {
    Path model = stage.model("restarted");
    runIn("for start in 1 2; do ACTS/hold_model MODEL --mode read </dev/null; done", model);
    assertInnocent(model, 2 * MODEL_BYTES);
  }

  /** What it touched of its mapping is known as such, in the phase in which it loads. */
  @Test
  void serverThatMapsItsModel_isNoFinding() throws IOException {
    Path model = stage.model("mapped");
    runIn("sleep 8 | ACTS/hold_model MODEL >/dev/null", model);
    assertInnocent(model, 0);
    assertThat(stage.mapped(model)).isEqualTo(MODEL_BYTES);
    assertThat(stage.total("modelwarden.file.io", model.toString(), "fault", "loading"))
        .isEqualTo(MODEL_BYTES);
    assertThat(stage.touched(model)).isEqualTo(MODEL_BYTES);
  }

  /** Two thousand pages of numbers, asked for over the network of the machine. */
  @Test
  void metricsScraperOfAServer_isNoFinding() throws IOException {
    Path model = stage.model("scraped");
    String port = String.valueOf(Programs.freePort());
    runIn(
        """
        sleep 8 | ACTS/hold_model MODEL --mode read --port %1$s >/dev/null &
        until ss -Hltn 'sport = %1$s' | grep -q .; do sleep 0.1; done
        exec 3<>/dev/tcp/127.0.0.1/%1$s
        for i in $(seq 2000); do echo metrics >&3; read -r -u 3 page; [ -n "$page" ] || exit 1; done
        wait
        """
            .formatted(port),
        model);
    assertInnocent(model, MODEL_BYTES);
    assertThat(stage.total("modelwarden.network.io", nameOf(model), "accepted"))
        .isGreaterThan(2000 * 300);
  }

  /** What comes from the network becomes a model when it is complete. */
  @Test
  void downloadThatWritesTheModel_isNoFinding() throws IOException {
    Path original = Files.move(stage.model("original"), folder.resolve("original"));
    Path model = folder.resolve(Stage.own("downloaded") + ".safetensors");
    runIn(
        """
        port=%d; cd %s
        /usr/bin/python3 -m http.server --bind 127.0.0.1 $port 2>/dev/null & server=$!
        until ss -Hltn "sport = $port" | grep -q .; do sleep 0.1; done
        curl -sS -o MODEL http://127.0.0.1:$port/original
        kill $server
        """
            .formatted(Programs.freePort(), folder),
        model);
    stage.settle(nameOf(model));
    assertThat(model).hasSameBinaryContentAs(original);
    assertThat(stage.total("modelwarden.file.io", model.toString(), "write"))
        .isEqualTo(MODEL_BYTES);
    assertThat(stage.findings(nameOf(model))).isEmpty();
  }

  /** As a unit of its own. */
  private static void runIn(String script, Path model) throws IOException {
    try (Cgroup unit = Cgroup.create()) {
      Stage.run(
          "echo $$ >%s/cgroup.procs\n%s"
              .formatted(
                  unit.folder(),
                  script.replace("MODEL", model.toString()).replace("ACTS", ACTS.toString())));
    }
  }

  private static void assertInnocent(Path model, long read) {
    stage.settle(nameOf(model));
    assertThat(stage.read(model)).isEqualTo(read);
    assertThat(stage.findings(nameOf(model))).isEmpty();
  }
}
