// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.PROCESS_EXEC;
import static io.modelwarden.coverage.Hook.PROCESS_FORK;
import static io.modelwarden.coverage.Hook.SENDMSG;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SOCK_SET_STATE;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.SEND;
import static io.modelwarden.coverage.Kind.TRAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.Flow;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes sent by processes that opened a model, against what they and their receivers say. */
@Tag("kernel")
class EgressTest {

  private static final int LIMIT = 900_000;

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
  }

  @ParameterizedTest
  @CsvSource({
    "tcp, tcp, 127.0.0.1, 127.0.0.1, TCP",
    "tcp, tcp, ::1, ::1, TCP",
    "tcp, tcp, ::ffff:127.0.0.1, 127.0.0.1, TCP",
    "sendfile, tcp, 127.0.0.1, 127.0.0.1, TCP",
    "udp, udp, 127.0.0.1, 127.0.0.1, UDP",
    "sendto, udp, 127.0.0.1, 127.0.0.1, UDP",
    "sendto, udp, ::1, ::1, UDP",
    "sendmmsg, udp, 127.0.0.1, 127.0.0.1, UDP"
  })
  @Way(
      value = "TCP over IPv4, IPv6 and v4-mapped",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = "tcp")
  @Way(
      value = "sendfile to a socket",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = "sendfile")
  @Way(
      value = "UDP: connected, sendto, sendmmsg",
      of = SEND,
      bytes = EXACT,
      by = {SENDMSG, SOCK_SEND_LENGTH},
      when = "udp")
  void sends_areCountedToTheByteWithTheirPeer(
      String how, String sink, String to, String listen, Flow.Transport transport) {
    Acts.Running act;
    int port;
    try (Acts.Running receiver = Acts.start("sink", sink, listen, 0)) {
      port = (int) receiver.number("port");
      act = Acts.run("read_and_send", how, model, to, port, 30_000, LIMIT, 0);
      observed.settle();
    }
    assertThat(observed.sends(act.pid()).mapToLong(sent -> sent.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"))
        .isEqualTo(LIMIT);
    assertThat(observed.sends(act.pid()))
        .singleElement()
        .satisfies(
            sent -> {
              assertThat(sent.flow().transport()).isEqualTo(transport);
              assertThat(sent.flow().role()).isEqualTo(Flow.Role.INITIATED);
              assertThat(sent.flow().port()).isEqualTo(port);
              assertThat(sent.flow().peer().getHostAddress())
                  .isEqualTo(listen.equals("::1") ? "0:0:0:0:0:0:0:1" : listen);
            });
  }

  @Test
  @Way(
      value = "socketcall, the 32-bit call for sockets",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH)
  void socketcall_isCountedToTheByte() {
    Acts.Running act;
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      act = Acts.run("odd_send", model, "127.0.0.1", receiver.number("port"), LIMIT);
      observed.settle();
    }
    assertThat(act.number("bytes")).isEqualTo(LIMIT);
    assertThat(observed.sends(act.pid()))
        .singleElement()
        .satisfies(sent -> assertThat(sent.increment().bytes()).isEqualTo(LIMIT));
  }

  @Test
  @Way(
      value = "on an accepted connection",
      of = SEND,
      bytes = EXACT,
      by = {SOCK_SET_STATE, SOCK_SEND_LENGTH})
  void server_sendsOnAnAcceptedConnection() {
    Acts.Running server = Acts.start("serve_file", model, "127.0.0.1", 0, LIMIT);
    try (server) {
      drain((int) server.number("port"));
    }
    observed.settle();
    assertThat(observed.sends(server.pid()))
        .singleElement()
        .satisfies(
            sent -> {
              assertThat(sent.flow().role()).isEqualTo(Flow.Role.ACCEPTED);
              assertThat(sent.flow().port()).isZero();
              assertThat(sent.increment().bytes()).isEqualTo(LIMIT);
            });
  }

  @Test
  @Way(
      value = "sent by a child",
      of = TRAIL,
      bytes = EXACT,
      by = {PROCESS_FORK, SOCK_SEND_LENGTH})
  void child_sendsWithItsParentsMark() {
    lineage("fork", ProcessFacts.Origin.PARENT);
  }

  @Test
  @Way(
      value = "sent after an exec",
      of = TRAIL,
      bytes = EXACT,
      by = {PROCESS_EXEC, SOCK_SEND_LENGTH})
  void nextImage_sendsWithTheMarkOfTheOneBefore() {
    lineage("exec", ProcessFacts.Origin.EXECUTED);
  }

  @Test
  @Way(
      value = "sent after an exec by another thread than the first",
      of = TRAIL,
      bytes = EXACT,
      by = {PROCESS_EXEC, SOCK_SEND_LENGTH})
  void executingThread_keepsTheMarkOfItsProcess() {
    lineage("thread_exec", ProcessFacts.Origin.EXECUTED);
  }

  @Test
  @Way(
      value = "a descriptor that was inherited",
      of = TRAIL,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void inheritedDescriptor_marksWhoReadsIt() {
    Acts.Running act;
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      act = Acts.run("lineage", "inherit", model, "127.0.0.1", receiver.number("port"), 100_000);
      observed.settle();
    }
    assertThat(observed.sends((int) act.number("pid")))
        .singleElement()
        .satisfies(sent -> assertThat(sent.increment().bytes()).isEqualTo(100_000));
  }

  @Test
  void processThatOpenedNoModel_isNotCounted() {
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      Acts.Running act = Acts.run("lineage", "send", "127.0.0.1", receiver.number("port"), 100_000);
      observed.settle();
      assertThat(act.number("bytes")).isEqualTo(100_000);
      assertThat(observed.sends(act.pid())).isEmpty();
    }
  }

  private static void lineage(String how, ProcessFacts.Origin origin) {
    Acts.Running act;
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      act = Acts.run("lineage", how, model, "127.0.0.1", receiver.number("port"), 100_000);
      observed.settle();
    }
    int sender = (int) act.number("pid");
    assertThat(observed.sends(sender))
        .singleElement()
        .satisfies(sent -> assertThat(sent.increment().bytes()).isEqualTo(100_000));
    assertThat(
            observed.of(
                KernelEvent.ProcessSeen.class,
                seen -> seen.process().key().pid() == sender && seen.process().origin() == origin))
        .singleElement()
        .satisfies(seen -> assertThat(ancestors(seen.process())).contains(act.pid()));
  }

  /** Pids of the armed images that a process descends from. */
  private static Set<Integer> ancestors(ProcessFacts process) {
    Set<Integer> pids = new HashSet<>();
    ProcessFacts at = process;
    while (at != null && at.parent() != null) {
      ProcessKey parent = at.parent();
      pids.add(parent.pid());
      at =
          observed
              .of(KernelEvent.ProcessSeen.class, seen -> seen.process().key().equals(parent))
              .map(KernelEvent.ProcessSeen::process)
              .findFirst()
              .orElse(null);
    }
    return pids;
  }

  private static void drain(int port) {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    } catch (java.io.IOException refused) {
      throw new java.io.UncheckedIOException(refused);
    }
  }
}
