// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.MemoryRead;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory of a process that holds a model, read by another, and written. */
@Tag("kernel")
class ForeignMemoryTest {

  @TempDir static Path folder;
  private static Observed observed;
  private static Path model;
  private static Acts.Running holder;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
    holder = Acts.start("hold_model", model, "--mode", "read");
  }

  @AfterAll
  static void detach() {
    holder.close();
    observed.close();
  }

  @ParameterizedTest
  @CsvSource({
    "process_vm_readv, 1500000",
    "proc_mem, 1500000",
    "ptrace, 80000",
    "process_vm_writev, 1500000",
    "proc_mem_write, 1500000",
    "ptrace_write, 80000"
  })
  @Way(
      value = "process_vm_readv",
      of = MEMORY,
      bytes = EXACT,
      by = SYS_EXIT,
      when = "process_vm_readv")
  @Way(value = "/proc/PID/mem", of = MEMORY, bytes = EXACT, by = SYS_EXIT, when = "proc_mem")
  @Way(value = "ptrace, PEEKDATA", of = MEMORY, bytes = EXACT, by = SYS_EXIT, when = "ptrace")
  @Way(
      value = "code or orders written into a holder",
      of = MEMORY,
      bytes = EXACT,
      by = SYS_EXIT,
      when = {"process_vm_writev", "proc_mem_write", "ptrace_write"})
  void accesses_areCountedToTheByte(String method, long length) {
    Acts.Running act =
        Acts.run("scrape_memory", method, holder.pid(), holder.number("address"), length);
    long attaching = method.equals("ptrace") ? 1 : 0;
    assertThat(accesses(act, method))
        .singleElement()
        .satisfies(
            read -> {
              assertThat(read.victim().pid()).isEqualTo(holder.pid());
              assertThat(read.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(length);
              assertThat(read.increment().operations())
                  .isEqualTo(act.number("operations") + attaching);
            });
  }

  /** A loop in the victim can pass a model through its widest registers. */
  @Test
  @Way(value = "ptrace, register sets", of = MEMORY, bytes = EXACT, by = SYS_EXIT)
  void registers_areCountedAsLargeAsTheKernelStoredThem() {
    Acts.Running act = Acts.run("scrape_memory", "registers", holder.pid(), 1, 500_000);
    assertThat(accesses(act, "ptrace"))
        .singleElement()
        .satisfies(read -> assertThat(read.increment().bytes()).isEqualTo(act.number("bytes")));
    assertThat(act.number("bytes")).isGreaterThanOrEqualTo(500_000);
  }

  @Test
  @Way(
      value = "a checkpoint: the victim is made to splice its pages into a pipe",
      of = MEMORY,
      bytes = EXACT,
      by = SYS_EXIT)
  void pagesThatATracedProcessSplicesAway_areThoseOfItsTracer() {
    Acts.Running act = Acts.run("checkpoint", holder.pid(), holder.number("address"), 1_500_000);
    long taken = act.number("bytes");
    assertThat(taken).isEqualTo(1_500_000);
    // The word that is put back, and what a stop shows of the registers.
    assertThat(accesses(act, "ptrace"))
        .singleElement()
        .satisfies(
            read -> assertThat(read.increment().bytes() - taken).isBetween(0L, 8 + 10 * 216L));
  }

  /** The child is older than the mapping: it got the model by its memory alone. */
  @ParameterizedTest
  @CsvSource({
    "process_vm_writev, process_vm_writev",
    "proc_mem, proc_mem_write",
    "ptrace, ptrace_write"
  })
  @Way(
      value = "a holder writes into another process, which sends",
      of = MEMORY,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void memoryThatAHolderGives_marksWhoeverGotIt(String how, String method) {
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      long port = receiver.number("port");
      Acts.Running act = Acts.run("give_memory", how, model, 400_000, "127.0.0.1", port);
      int child = (int) act.number("child");
      assertThat(accesses(act, method))
          .singleElement()
          .satisfies(
              read -> {
                assertThat(read.victim().pid()).isEqualTo(child);
                assertThat(read.increment().bytes())
                    .isEqualTo(act.number("bytes"))
                    .isEqualTo(400_000);
              });
      assertThat(observed.sends(child).mapToLong(sent -> sent.increment().bytes()).sum())
          .isEqualTo(400_000);
    }
  }

  /** Where files of any size are models, the memory of a process is a regular file like them. */
  @ParameterizedTest
  @ValueSource(strings = {"proc_mem", "proc_mem_write"})
  void memoryFile_isNoModel_whereFilesOfAnySizeAre(String method) {
    try (Observed all = Observed.below(folder);
        Acts.Running server = Acts.start("hold_model", model, "--mode", "read")) {
      Acts.Running act =
          Acts.run("scrape_memory", method, server.pid(), server.number("address"), 100_000);
      assertThat(all.settle().memoryReads(act.pid()))
          .singleElement()
          .satisfies(read -> assertThat(read.increment().bytes()).isEqualTo(100_000));
    }
  }

  @Test
  @Way(
      value = "pidfd_getfd",
      of = MEMORY,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      note = "what is read from it is a read")
  void takenDescriptor_isAnOperationWithoutBytes() {
    Acts.Running act =
        Acts.run("scrape_memory", "pidfd_getfd", holder.pid(), holder.number("descriptor"), 0);
    observed.settle();
    assertThat(observed.memoryReads(act.pid()))
        .singleElement()
        .satisfies(
            read -> {
              assertThat(read.method()).isEqualTo("pidfd_getfd");
              assertThat(read.increment().operations()).isEqualTo(1);
              assertThat(read.increment().bytes()).isZero();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"stat", "cmdline", "environ", "maps"})
  void otherFilesOfTheProcess_areNoMemory(String name) {
    Acts.Running act = Acts.run("read_file", "read", "/proc/" + holder.pid() + "/" + name, 4096);
    observed.settle();
    assertThat(act.number("bytes")).isPositive();
    assertThat(observed.memoryReads(act.pid())).isEmpty();
  }

  @Test
  void memoryOfAProcessWithoutAModel_givesNothing() {
    try (Acts.Running victim = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      Acts.Running act = Acts.run("scrape_memory", "pidfd_getfd", victim.pid(), 0, 0);
      observed.settle();
      assertThat(observed.memoryReads(act.pid())).isEmpty();
    }
  }

  private static List<MemoryRead> accesses(Acts.Running act, String method) {
    return observed
        .settle()
        .memoryReads(act.pid())
        .filter(read -> read.method().equals(method))
        .toList();
  }
}
