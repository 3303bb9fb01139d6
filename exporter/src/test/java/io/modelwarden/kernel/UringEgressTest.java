// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SENDMSG;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Kind.SEND;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.Flow;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that requests of io_uring send, beside those that they read. */
@Tag("kernel")
class UringEgressTest {

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
  @ValueSource(
      strings = {
        "send",
        "sendmsg",
        "sendto",
        "send_zc",
        "sendmsg_zc",
        "write",
        "writev",
        "splice",
        "send_worker",
        "send_polled",
        "send_fixed"
      })
  @Way(
      value = "io_uring, send and sendmsg",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = {"send", "sendmsg"})
  @Way(
      value = "io_uring, a datagram to an address of its own",
      of = SEND,
      bytes = EXACT,
      by = {SOCK_SEND_LENGTH, SENDMSG},
      when = "sendto")
  @Way(
      value = "io_uring without copies (SEND_ZC, SENDMSG_ZC)",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = {"send_zc", "sendmsg_zc"})
  @Way(
      value = "io_uring, write to a socket",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = {"write", "writev"})
  @Way(
      value = "io_uring, splice to a socket",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = "splice")
  @Way(
      value = "io_uring, sent by a kernel's thread",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = {"send_worker", "send_polled"})
  @Way(
      value = "io_uring, from a registered socket",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH,
      when = "send_fixed")
  void sends_areCountedOnceToTheByteWithTheirPeer(String kind) {
    boolean datagrams = kind.equals("sendto");
    Acts.Running act;
    int port;
    try (Acts.Running receiver = Acts.start("sink", datagrams ? "udp" : "tcp", "127.0.0.1", 0)) {
      port = (int) receiver.number("port");
      act = Acts.run("uring_send", kind, model, "127.0.0.1", port, 30_000, LIMIT);
      observed.settle();
    }
    assertThat(act.number("bytes")).isEqualTo(LIMIT);
    assertThat(observed.sends(act.pid()))
        .singleElement()
        .satisfies(
            sent -> {
              assertThat(sent.increment().bytes()).isEqualTo(LIMIT);
              assertThat(sent.flow().transport())
                  .isEqualTo(datagrams ? Flow.Transport.UDP : Flow.Transport.TCP);
              assertThat(sent.flow().peer().getHostAddress()).isEqualTo("127.0.0.1");
              assertThat(sent.flow().port()).isEqualTo(port);
            });
    assertThat(observed.accesses(act.pid()))
        .singleElement()
        .satisfies(access -> assertThat(access.increment().bytes()).isEqualTo(LIMIT));
  }
}
