// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SENDMSG;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Hook.SYS_EXIT_IN_NAMESPACE;
import static io.modelwarden.coverage.Kind.MEMORY;
import static io.modelwarden.coverage.Kind.READ;
import static io.modelwarden.coverage.Kind.READER;
import static io.modelwarden.coverage.Kind.SEND;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.Flow;
import io.modelwarden.event.KernelEvent.BytesSent;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.MemoryRead;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls made so that bytes or their receiver are counted wrong: they are right to the byte. */
@Tag("kernel")
class CountingAttackTest {

  private static final long MODEL_BYTES = 3_000_000;
  private static final long FORGED_BYTES = 1_000_000_000_000L;

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
  }

  @Test
  @Way(
      value = "by a second thread while the read still runs",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH)
  void secondThread_sendsWhileOneReadOf700MegabytesStillRuns() throws IOException {
    Path large = folder.resolve("large.safetensors");
    Acts.run("make_model", large, 700_000_000);
    Acts.Running act;
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      act = Acts.run("send_during_read", large, "127.0.0.1", receiver.number("port"), 100_000_000);
      observed.settle();
    } finally {
      Files.delete(large);
    }
    assertThat(act.number("during")).as("sent before the read returned").isPositive();
    assertThat(readBytes(act.pid())).isEqualTo(act.number("read")).isEqualTo(700_000_000);
    assertThat(sentBytes(act.pid())).isEqualTo(act.number("bytes")).isEqualTo(100_000_000);
  }

  @Test
  @Way(value = "sendfile", of = READ, bytes = EXACT, by = SYS_EXIT)
  void wholeFileSendfile_asTheFirstActOfAll() {
    Acts.Running act = steal("sendfile", "tcp", "127.0.0.1", MODEL_BYTES);
    assertThat(act.number("operations")).isEqualTo(1);
    assertThat(observed.accesses(act.pid()))
        .singleElement()
        .satisfies(
            access -> {
              assertThat(access.method()).isEqualTo("sendfile");
              assertThat(access.increment().bytes()).isEqualTo(MODEL_BYTES);
            });
    assertThat(sentBytes(act.pid())).isEqualTo(MODEL_BYTES);
  }

  @Test
  @Way(
      value = "the socket replaced by another thread during the write",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH)
  void socketReplacedDuringABlockingWrite_isCountedWithItsPeer() {
    Acts.Running act = Acts.run("replace_socket", model, 1_000_000, 20_000_000);
    observed.settle();
    assertThat(readBytes(act.pid())).isEqualTo(act.number("read")).isEqualTo(1_000_000);
    assertThat(act.number("bytes")).isEqualTo(act.number("received")).isEqualTo(20_000_000);
    assertThat(observed.sends(act.pid()))
        .singleElement()
        .satisfies(
            sent -> {
              assertThat(sent.increment().bytes()).isEqualTo(20_000_000);
              assertThat(sent.flow().port()).isEqualTo(act.number("port"));
              assertThat(sent.flow().transport()).isEqualTo(Flow.Transport.TCP);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, 127.0.0.1",
    "::1, ::1, 0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1, 127.0.0.1, 127.0.0.1"
  })
  @Way(
      value = "a datagram to another than the connected peer",
      of = SEND,
      bytes = EXACT,
      by = {SENDMSG, SOCK_SEND_LENGTH})
  void datagramToAnotherThanTheConnectedPeer_isCountedWithItsReceiver(
      String to, String listen, String seen) {
    Acts.Running receiver = Acts.start("sink", "udp", listen, 0);
    long port = receiver.number("port");
    Acts.Running act;
    try (receiver) {
      act = Acts.run("read_and_send", "redirect", model, to, port, 30_000, 900_000, 0);
      observed.settle();
    }
    assertThat(readBytes(act.pid())).isEqualTo(900_000);
    assertThat(observed.sends(act.pid()))
        .singleElement()
        .satisfies(
            sent -> {
              assertThat(sent.increment().bytes()).isEqualTo(act.number("bytes"));
              assertThat(sent.increment().bytes()).isEqualTo(900_000);
              assertThat(sent.flow().port()).isEqualTo(port);
              assertThat(sent.flow().peer().getHostAddress()).isEqualTo(seen);
            });
  }

  /** A notifier answers in the kernel's place: what was asked for is the most that is believed. */
  @ParameterizedTest
  @CsvSource({"read, 10", "pread64, 4096"})
  @Way(value = "a result forged by a seccomp notifier", of = READ, bytes = BOUNDED, by = SYS_EXIT)
  void forgedReturnValue_countsNoMoreThanWasAskedFor(String method, long asked) {
    long clamped = observed.lost("value_clamped");
    Acts.Running act = Acts.run("forge_return", method, model, asked, FORGED_BYTES);
    observed.settle();
    assertThat(act.number("returned")).isEqualTo(FORGED_BYTES);
    assertThat(readBytes(act.pid())).isEqualTo(asked);
    assertThat(observed.lost("value_clamped")).isGreaterThan(clamped);
  }

  /** How much a vector asks for lies in memory that may have changed since: the kernel's limit. */
  @Test
  @Way(value = "a result forged by a seccomp notifier", of = READ, bytes = BOUNDED, by = SYS_EXIT)
  void forgedReturnValueOfAVector_countsNoMoreThanTheKernelEverReads() {
    long clamped = observed.lost("value_clamped");
    Acts.Running act = Acts.run("forge_return", "readv", model, 10, FORGED_BYTES);
    observed.settle();
    assertThat(readBytes(act.pid())).isEqualTo(0x7ffff000L);
    assertThat(observed.lost("value_clamped")).isGreaterThan(clamped);
  }

  @Test
  @Way(value = "a reader in a pid namespace of its own", of = READER, bytes = EXACT, by = SYS_EXIT)
  void readerInAnotherPidNamespace_isCountedUnderOurPid() throws IOException {
    Path own = Files.copy(model, folder.resolve("in-namespace.safetensors"));
    int port;
    Acts.Running act;
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      port = (int) receiver.number("port");
      act =
          Acts.run(
              "in_pid_namespace",
              Acts.path("read_and_send"),
              "tcp",
              own,
              "127.0.0.1",
              port,
              100_000,
              MODEL_BYTES,
              0);
      observed.settle();
    }
    assertThat(act.number("pid")).isEqualTo(1);
    FileAccessed access = observed.accesses(own).reduce((a, b) -> null).orElseThrow();
    assertThat(access.increment().bytes()).isEqualTo(MODEL_BYTES);
    assertThat(access.process().pid()).isGreaterThan(act.pid());
    assertThat(sentBytes(access.process().pid())).isEqualTo(MODEL_BYTES);
    assertThat(observed.of(ProcessSeen.class, s -> s.process().key().equals(access.process())))
        .singleElement()
        .satisfies(
            seen ->
                assertThat(seen.process().pidNamespace())
                    .isNotEqualTo(namespaceOf(ProcessHandle.current().pid())));
  }

  /** The victim is pid 1 there; our pid 1 is another process, which holds nothing. */
  @Test
  @Way(
      value = "process_vm_readv in a pid namespace",
      of = MEMORY,
      bytes = EXACT,
      by = SYS_EXIT_IN_NAMESPACE)
  void memoryReadInAnotherPidNamespace_isCountedForTheVictimThatIsMeantThere() {
    Acts.Running act = Acts.run("in_pid_namespace", Acts.path("scrape_parent"), model, 1_000_000);
    observed.settle();
    assertThat(observed.of(MemoryRead.class, read -> isBetween(act, read)))
        .singleElement()
        .satisfies(
            read -> {
              assertThat(read.method()).isEqualTo("process_vm_readv");
              assertThat(read.increment().bytes())
                  .isEqualTo(act.number("bytes"))
                  .isEqualTo(1_000_000);
            });
  }

  private static boolean isBetween(Acts.Running act, MemoryRead read) {
    return observed
        .of(ProcessSeen.class, seen -> seen.process().key().equals(read.victim()))
        .anyMatch(seen -> seen.process().parentPid() == act.pid());
  }

  private static Acts.Running steal(String how, String sink, String address, long bytes) {
    try (Acts.Running receiver = Acts.start("sink", sink, address, 0)) {
      Acts.Running act =
          Acts.run("read_and_send", how, model, address, receiver.number("port"), bytes, bytes, 0);
      observed.settle();
      return act;
    }
  }

  private static long namespaceOf(long pid) {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")).toString();
      return Long.parseLong(link.replaceAll("\\D", ""));
    } catch (IOException gone) {
      throw new AssertionError(gone);
    }
  }

  private static long readBytes(int pid) {
    return observed.accesses(pid).mapToLong(access -> access.increment().bytes()).sum();
  }

  private static long sentBytes(int pid) {
    Stream<BytesSent> sends = observed.sends(pid);
    return sends.mapToLong(sent -> sent.increment().bytes()).sum();
  }
}
