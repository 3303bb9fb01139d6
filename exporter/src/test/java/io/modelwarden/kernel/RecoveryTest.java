// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was under way before the programs were attached, and what must never be reported. */
@Tag("kernel")
class RecoveryTest {

  @TempDir Path folder;

  @Test
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
