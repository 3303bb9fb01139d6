// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessKey;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More processes between two polls than are told of at once, all of them ended before the poll. */
@Tag("kernel")
class ManyProcessesTest {

  private static final int TURN = 1024;
  private static final int CHILDREN = 1000;
  private static final int CHAINS = 10;
  private static final int CHUNK = 4096;
  private static final int SENT_BYTES = 10_000;

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static List<KernelEvent> events;

  /** It has what all of them sent, and lives. */
  private static int receiver;

  /** The chains are of five images each, so that one of them has its parts in two turns. */
  @BeforeAll
  static void attach() throws InterruptedException {
    observed = new Observed();
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, 2_000_000);
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      String port = String.valueOf(sink.number("port"));
      receiver = sink.pid();
      Acts.run("steal_by_children", model, "127.0.0.1", port, CHUNK, CHILDREN);
      for (int i = 0; i < CHAINS; i++) {
        Acts.run("lineage", "chain", model, "127.0.0.1", port, SENT_BYTES);
      }
      Thread.sleep(500); // an end is settled after a quarter of a second
      observed.settle();
    }
    events = observed.of(KernelEvent.class, any -> true).toList();
  }

  @Test
  void whatAllOfThemSent_addsUp() {
    long sent =
        observed
            .of(KernelEvent.BytesSent.class, any -> true)
            .mapToLong(each -> each.increment().bytes())
            .sum();
    assertThat(sent).isEqualTo((long) CHILDREN * CHUNK + (long) CHAINS * SENT_BYTES);
  }

  @Test
  void thoseThatEnded_areForgottenBeforeTheNextTurn() {
    Set<ProcessKey> known = new HashSet<>();
    int most = 0;
    for (KernelEvent event : events) {
      if (event instanceof KernelEvent.ProcessSeen seen) {
        known.add(seen.process().key());
        most = Math.max(most, known.size());
      } else if (event instanceof KernelEvent.ProcessEnded ended) {
        known.remove(ended.process());
      }
    }
    assertThat(most).isBetween(TURN, TURN + 10);
    assertThat(known).extracting(ProcessKey::pid).containsOnly(receiver);
  }

  @Test
  void parents_areKnownUntilTheirChildrenAre() {
    Set<ProcessKey> ended = new HashSet<>();
    int descended = 0;
    for (KernelEvent event : events) {
      if (event instanceof KernelEvent.ProcessEnded end) {
        ended.add(end.process());
      } else if (event instanceof KernelEvent.ProcessSeen seen && seen.process().parent() != null) {
        descended++;
        assertThat(ended).doesNotContain(seen.process().parent());
      }
    }
    assertThat(descended).isEqualTo(CHILDREN + CHAINS * 4);
  }
}
