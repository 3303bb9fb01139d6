// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Hook.TASK_AREAS;
import static io.modelwarden.coverage.Kind.MAPPING;
import static io.modelwarden.coverage.Kind.MEMORY;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.Flow;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was under way before the programs were attached, and what must never be reported. */
@Tag("kernel")
class RecoveryTest {

  @TempDir Path folder;

  @Test
  @Way(
      value = "a mapping that is older than the agent",
      of = MAPPING,
      bytes = BOUNDED,
      by = TASK_AREAS,
      note = "the live size, sampled")
  @Way(
      value = "memory of a holder that is older than the agent",
      of = MEMORY,
      bytes = EXACT,
      by = {TASK_AREAS, SYS_EXIT})
  void holder_thatIsOlderThanTheAgentIsMarkedAndItsMemoryWatched() {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
    try (Acts.Running holder = Acts.start("hold_model", model);
        Observed observed = new Observed()) {
      assertThat(observed.recovered(holder.pid()))
          .extracting(seen -> seen.process().origin())
          .containsExactly(Origin.RECOVERED);
      Acts.Running act =
          Acts.run(
              "scrape_memory",
              "process_vm_readv",
              holder.pid(),
              holder.number("address"),
              1_000_000);
      observed.settle();
      assertThat(observed.memoryReads(act.pid()))
          .singleElement()
          .satisfies(read -> assertThat(read.increment().bytes()).isEqualTo(1_000_000));
    }
  }

  /** What is open can be read at any moment, and may have been. */
  @Test
  void fileThatIsOpenOnly_isTold() {
    Path model = folder.resolve("weights.safetensors");
    Path other = folder.resolve("other.safetensors");
    Acts.run("make_model", model, 2_000_000);
    Acts.run("make_model", other, 3_000_000);
    try (Acts.Running holder = Acts.start("send_later", model, "127.0.0.1", 9, 1, "--open");
        Acts.Running done = Acts.start("send_later", other, "127.0.0.1", 9, 1);
        Observed observed = new Observed()) {
      assertThat(observed.recovered(holder.pid()))
          .extracting(seen -> seen.process().origin())
          .containsExactly(Origin.RECOVERED);
      assertThat(observed.found(holder.pid()))
          .extracting(KernelEvent.FileFound::path)
          .containsExactly(model.toString());
      assertThat(observed.accesses(holder.pid())).isEmpty();
      assertThat(observed.recovered(done.pid())).as("it has closed it").isEmpty();
      assertThat(observed.found(done.pid())).isEmpty();
    }
  }

  /** Hundreds of descriptors: more than one buffer of the iterator. */
  @Test
  void everyOneOfManyOpenFiles_isTold() throws IOException {
    List<Path> models = new ArrayList<>();
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      Path model = folder.resolve("many-" + i + ".safetensors");
      try (RandomAccessFile file = new RandomAccessFile(model.toFile(), "rw")) {
        file.setLength(2_000_000);
      }
      models.add(model);
      script.append("exec {fd}<").append(model).append('\n');
    }
    Process shell =
        new ProcessBuilder("bash", "-c", "ulimit -n 1024\n" + script + "echo; read line").start();
    shell.getInputStream().read();
    try (Observed observed = new Observed()) {
      assertThat(observed.found((int) shell.pid()))
          .extracting(found -> Path.of(found.path()))
          .containsExactlyInAnyOrderElementsOf(models);
    } finally {
      shell.destroy();
    }
  }

  /** A number that another process has now, or the image after an exec, is somebody else. */
  @Test
  void imageThatAnEarlierAgentKnew_isMarkedAgain_andNoOtherInItsPlace() throws IOException {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
    ProcessKey key;
    try (Acts.Running holder =
        Acts.start("send_later", model, "127.0.0.1", 9, 1, "--wait-before")) {
      try (Observed first = new Observed()) {
        holder.goOn();
        key = first.settle().armed(holder.pid()).orElseThrow();
      }
      try (Observed second = new Observed()) {
        assertThat(second.armed(holder.pid())).as("it has closed the model").isEmpty();
        assertThat(
                second.recover(new ProcessKey(key.pid(), key.execId(), key.startTimeNanos() - 1)))
            .isFalse();
        assertThat(
                second.recover(new ProcessKey(key.pid(), key.execId() + 1, key.startTimeNanos())))
            .isFalse();
        assertThat(second.recover(new ProcessKey(1, key.execId(), key.startTimeNanos()))).isFalse();
        assertThat(second.settle().timesArmed(holder.pid())).isZero();
        assertThat(second.recover(key)).isTrue();
        assertThat(second.armed(holder.pid())).contains(key);
        assertThat(second.timesArmed(1)).isZero();
      }
    }
    try (Observed third = new Observed()) {
      assertThat(third.recover(key)).as("it has ended").isFalse();
    }
  }

  /** A read that sleeps, a send that waits for room and a mapping, all begun before the agent. */
  @Test
  @Way(value = "a read that began before the agent", of = READ, bytes = EXACT, by = SYS_EXIT)
  void whatIsUnderWay_isCountedInFullWhenItComesBack() {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 40_000_000);
    try (Acts.Running act = Acts.start("under_way", model, "--wait-after");
        Observed observed = new Observed()) {
      Map<String, String> truth = act.goOn();
      observed.settle();
      assertThat(observed.accesses(act.pid()))
          .singleElement()
          .satisfies(
              access -> assertThat(access.increment().bytes()).isEqualTo(number(truth, "read")));
      assertThat(observed.sends(act.pid()))
          .singleElement()
          .satisfies(
              sent -> {
                assertThat(sent.increment().bytes()).isEqualTo(number(truth, "sent"));
                assertThat(sent.flow().role()).isEqualTo(Flow.Role.UNKNOWN);
              });
      assertThat(observed.liveMapping(act.pid())).isEqualTo(number(truth, "mapped"));
    }
  }

  private static long number(Map<String, String> truth, String key) {
    return Long.parseLong(truth.get(key));
  }

  @Test
  void agent_leavesItselfOut() throws IOException {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
    int ourselves = (int) ProcessHandle.current().pid();
    try (Observed observed = new Observed()) {
      assertThat(Files.readAllBytes(model)).hasSize(2_000_000);
      observed.settle();
      assertThat(observed.accesses(ourselves)).isEmpty();
      assertThat(observed.of(ProcessSeen.class, seen -> seen.process().key().pid() == ourselves))
          .isEmpty();
    }
  }
}
