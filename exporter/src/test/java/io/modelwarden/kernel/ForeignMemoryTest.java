// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.MEMORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory of a process that holds a model, read by another. */
@Tag("kernel")
class ForeignMemoryTest {

  @TempDir static Path folder;
  private static Observed observed;
  private static Acts.Running holder;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
    holder = Acts.start("hold_model", model);
  }

  @AfterAll
  static void detach() {
    holder.close();
    observed.close();
  }

  @ParameterizedTest
  @CsvSource({"process_vm_readv, 1500000", "proc_mem, 1500000", "ptrace, 80000"})
  @Way(
      value = "process_vm_readv",
      of = MEMORY,
      bytes = EXACT,
      by = SYS_EXIT,
      when = "process_vm_readv")
  @Way(value = "/proc/PID/mem", of = MEMORY, bytes = EXACT, by = SYS_EXIT, when = "proc_mem")
  @Way(value = "ptrace, PEEKDATA", of = MEMORY, bytes = EXACT, by = SYS_EXIT, when = "ptrace")
  void copies_areCountedToTheByte(String method, long length) {
    Acts.Running act =
        Acts.run("scrape_memory", method, holder.pid(), holder.number("address"), length);
    observed.settle();
    assertThat(observed.memoryReads(act.pid()))
        .singleElement()
        .satisfies(
            read -> {
              assertThat(read.method()).isEqualTo(method);
              assertThat(read.victim().pid()).isEqualTo(holder.pid());
              assertThat(read.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(length);
              assertThat(read.increment().operations()).isEqualTo(act.number("operations"));
            });
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
}
