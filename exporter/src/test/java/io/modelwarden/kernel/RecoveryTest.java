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
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
