// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.Measurement.MemoryRead;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryReadTest {

  private final Scene scene = new Scene();

  @Test
  void readingAHolder_isASpanLinkedToItsLoad() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.reads(server, shard, GIB);
    scene.passes(Duration.ofMinutes(2));
    scene.reads(server, shard, MIB);
    ProcessKey thief = scene.starts(20, "gdb");
    scene.scrapes(thief, server, "process_vm_readv", 30 * MIB);
    scene.passes(Duration.ofMinutes(2));
    scene.scrapes(thief, server, "process_vm_readv", 10 * MIB);
    scene.passes(Duration.ofMinutes(2));

    Evidence load = scene.sink.spansOf(FileAccessFacts.class).get(0);
    assertThat(scene.sink.spansOf(MemoryFacts.class))
        .hasSize(2)
        .allSatisfy(span -> assertThat(span.links()).containsExactly(load.identity()))
        .allSatisfy(span -> assertThat(span.process().key()).isEqualTo(thief));
    MemoryFacts facts = scene.sink.lastFacts(MemoryFacts.class);
    assertThat(facts.method()).isEqualTo("process_vm_readv");
    assertThat(facts.sliceBytes()).isEqualTo(10 * MIB);
    assertThat(facts.totalBytes()).isEqualTo(40 * MIB);
    assertThat(facts.victim().key()).isEqualTo(server);
    assertThat(facts.victimHoldsModel()).isTrue();
    assertThat(facts.sameContainer()).isTrue();
    assertThat(facts.victimHolding().dataBytes()).isEqualTo(GIB + MIB);
  }

  @Test
  void totals_areOfTheReadersWorkload_howeverManyProcessesItTakes() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    for (int child = 0; child < 10; child++) {
      ProcessKey reader = scene.starts(100 + child, "dd");
      scene.scrapes(reader, server, "proc_mem", 3 * MIB);
      scene.ends(reader);
    }

    assertThat(scene.sink.lastFacts(MemoryFacts.class).totalBytes()).isEqualTo(30 * MIB);
  }

  @Test
  void takingADescriptor_isAnOperationWithoutBytes() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    ProcessKey thief = scene.starts(20, "gdb");
    scene.scrapes(thief, server, "pidfd_getfd", 0);
    scene.ends(thief);

    MemoryRead read = scene.sink.measured(MemoryRead.class).get(0);
    assertThat(read.bytes()).isZero();
    assertThat(read.operations()).isEqualTo(1);
    assertThat(read.model()).isEqualTo("llama");
    assertThat(scene.sink.lastFacts(MemoryFacts.class).sliceBytes()).isZero();
  }

  @Test
  void readingAProcessThatHoldsNothing_isMeasuredOnly() {
    ProcessKey opened = scene.starts(10, "server");
    scene.model(GIB);
    ProcessKey reader = scene.starts(20, "gdb");
    scene.scrapes(reader, opened, "ptrace", 8);
    scene.passes(Duration.ofMinutes(2));

    MemoryRead read = scene.sink.measured(MemoryRead.class).get(0);
    assertThat(read.targetHoldsModel()).isFalse();
    assertThat(read.model()).isEmpty();
    assertThat(scene.sink.spans).isEmpty();
  }
}
