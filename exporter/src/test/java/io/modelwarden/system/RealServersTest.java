// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SOCK_SET_STATE;
import static io.modelwarden.coverage.Kind.SEND;
import static io.modelwarden.system.PublicNamespace.ENTER;
import static io.modelwarden.system.PublicNamespace.INSIDE;
import static io.modelwarden.system.Stage.MODEL_BYTES;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelwarden.coverage.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that somebody outside downloads from servers of the distribution: an accepted role. */
@Tag("system")
class RealServersTest {

  /** Less than that of an accepted flow has no span. */
  private static final long SPAN_BYTES = 1 << 20;

  @TempDir static Path folder;
  private static final List<Process> servers = new ArrayList<>();
  private static Path traces;
  private static Outside outside;
  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    outside = new Outside(folder);
    traces = Files.createDirectory(folder.resolve("traces"));
    serve(8082, "busybox httpd -f -p HOST:8082 -h FOLDER");
    serve(8083, "/usr/bin/python3 -m http.server --bind HOST 8083 -d FOLDER");
    serve(
        8084,
        Strace.command(traces, "rclone serve http --config /dev/null --addr HOST:8084 FOLDER"));
    stage = new Stage(folder, "session: {quiet-period: 2s}");
  }

  @AfterAll
  static void stop() {
    servers.forEach(Programs::end);
    stage.close();
    outside.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "busybox httpd, 8082, busybox, sendfile",
    "Python's http.server, 8083, python3, read",
  })
  @Way(
      value = "on an accepted connection",
      of = SEND,
      bytes = EXACT,
      by = {SOCK_SET_STATE, SOCK_SEND_LENGTH})
  void download_isReportedAsAccepted(String what, int port, String program, String method)
      throws IOException {
    Path model = stage.model(program);
    download(model, port);
    assertThat(stage.read(model)).isEqualTo(MODEL_BYTES);
    assertThat(stage.total("modelwarden.file.io", model.toString(), program, method))
        .isEqualTo(MODEL_BYTES);
    assertSent(nameOf(model), program, MODEL_BYTES);
  }

  /** It reads a file ahead and for a checksum: how much in all, only strace knows. */
  @Test
  void downloadFromRclone_isReportedWithAllThatItRead() throws IOException {
    Path model = stage.model("rclone");
    download(model, 8084);
    long read = new Strace(traces).read(model);
    assertThat(read).isGreaterThanOrEqualTo(MODEL_BYTES);
    assertThat(stage.read(model)).isEqualTo(read);
    assertSent(nameOf(model), "rclone", read);
  }

  private static void serve(int port, String command) throws IOException {
    String line = command.replace("HOST", INSIDE).replace("FOLDER", folder.toString());
    servers.add(
        new ProcessBuilder(List.of(line.split(" ")))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server-" + port).toFile())
            .start());
    PublicNamespace.awaitListener("", port);
  }

  private static void download(Path model, int port) throws IOException {
    outside.clear();
    Stage.run(
        "%s curl -sS -o %s http://%s:%d/%s"
            .formatted(ENTER, outside.stolen(), INSIDE, port, model.getFileName()));
    assertThat(outside.digest()).isEqualTo(stage.digest(model));
    stage.settle(nameOf(model));
  }

  private static void assertSent(String model, String program, long read) {
    long sent = stage.total("modelwarden.network.io", model);
    assertThat(sent).isBetween(MODEL_BYTES, MODEL_BYTES * 101 / 100);
    assertThat(stage.total("modelwarden.network.io", model, program, "tcp", "accepted", "public"))
        .isEqualTo(sent);
    List<JsonNode> spans = stage.spans("send tcp", model);
    assertThat(spans.stream().mapToLong(EgressSpan::sent).sum()).isBetween(sent - SPAN_BYTES, sent);
    assertThat(EgressSpan.of(spans.get(spans.size() - 1)))
        .isEqualTo(
            new EgressSpan(
                2,
                program,
                "accepted",
                "public",
                "198.51.100.0/24",
                "",
                "ipv4",
                MODEL_BYTES,
                read,
                1,
                "self"));
    assertThat(stage.findings(model)).isEmpty();
  }
}
