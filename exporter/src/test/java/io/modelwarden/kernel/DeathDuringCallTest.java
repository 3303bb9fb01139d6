// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.MEMORY;
import static io.modelwarden.coverage.Kind.READ;
import static io.modelwarden.coverage.Kind.SEND;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.ProcessEnded;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes killed while a call sleeps half done: what it had moved by then is counted. */
@Tag("kernel")
class DeathDuringCallTest {

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 40_000_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "pread64", "readv", "preadv", "preadv2", "splice"})
  @Way(value = "a read during which the reader is killed", of = READ, bytes = EXACT, by = SYS_EXIT)
  void read_countsWhatHadArrived(String call) {
    Acts.Running act = die(call);
    assertThat(accessedBytes(act, Direction.READ)).isEqualTo(act.number("bytes")).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = "write")
  void write_countsWhatTheFileHolds(String call) {
    Acts.Running act = die(call);
    assertThat(accessedBytes(act, Direction.WRITE)).isEqualTo(act.number("bytes")).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sendfile", "send"})
  @Way(
      value = "a send during which the sender is killed",
      of = SEND,
      bytes = EXACT,
      by = SOCK_SEND_LENGTH)
  void send_countsWhatTheReceiverGot(String call) {
    Acts.Running act = die(call);
    assertThat(observed.sends(child(act)).mapToLong(sent -> sent.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"))
        .isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = "process_vm_readv")
  @Way(
      value = "process_vm_readv during which the reader is killed",
      of = MEMORY,
      bytes = EXACT,
      by = SYS_EXIT)
  void memoryRead_countsWhatHadArrived(String call) {
    Acts.Running act = die(call);
    assertThat(observed.memoryReads(child(act)).mapToLong(read -> read.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"))
        .isPositive();
  }

  private static Acts.Running die(String call) {
    Acts.Running act =
        Acts.run("die_during", call, model, folder.resolve("out-" + call + ".safetensors"));
    observed.settle();
    assertThat(observed.of(ProcessEnded.class, end -> end.process().pid() == child(act)))
        .as("end of the killed process")
        .hasSize(1);
    return act;
  }

  private static int child(Acts.Running act) {
    return (int) act.number("child");
  }

  private static long accessedBytes(Acts.Running act, Direction direction) {
    return observed
        .accesses(child(act))
        .filter(access -> access.direction() == direction)
        .map(FileAccessed::increment)
        .mapToLong(increment -> increment.bytes())
        .sum();
  }
}
