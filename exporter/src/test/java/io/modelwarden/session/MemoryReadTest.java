// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.Measurement.MemoryRead;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void whoTookMemoryOfAHolder_holdsTheModel_andWhatItSendsIsToldWithIt() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    ProcessKey thief = scene.starts(20, "gdb");
    scene.sends(thief, MIB);
    scene.scrapes(thief, server, "process_vm_readv", 30 * MIB);
    scene.sends(thief, 30 * MIB);
    scene.passes(Duration.ofMinutes(2));

    EgressFacts sent = scene.sink.lastFacts(EgressFacts.class);
    assertThat(sent.totalBytes()).as("also while the first call ran").isEqualTo(31 * MIB);
    assertThat(sent.holding().dataBytes()).isEqualTo(30 * MIB);
    assertThat(sent.holding().via()).isEqualTo(Via.MEMORY);
  }

  @Test
  void takingADescriptorOrAttaching_makesNobodyAHolder() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    ProcessKey thief = scene.starts(20, "gdb");
    scene.scrapes(thief, server, "pidfd_getfd", 0);
    scene.scrapes(thief, server, "ptrace", 0);
    scene.sends(thief, MIB);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.spansOf(EgressFacts.class)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"process_vm_writev", "proc_mem_write", "ptrace_write"})
  void holderThatWritesIntoAnother_isTheOneThatWasRead(String method) {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    ProcessKey accomplice = scene.starts(20, "nc");
    for (int i = 0; i < 3; i++) {
      scene.scrapes(server, accomplice, method, 10 * MIB);
    }
    scene.sends(accomplice, 30 * MIB);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.spansOf(MemoryFacts.class))
        .singleElement()
        .satisfies(span -> assertThat(span.process().key()).isEqualTo(accomplice));
    MemoryFacts facts = scene.sink.lastFacts(MemoryFacts.class);
    assertThat(facts.victim().key()).isEqualTo(server);
    assertThat(facts.sliceBytes()).isEqualTo(30 * MIB);
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().via()).isEqualTo(Via.MEMORY);
  }

  /** A debugger has read before it writes: what it holds is the server's own. */
  @Test
  void writingIntoAHolder_isToldOfTheWriter_whoGetsNothingByIt() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    ProcessKey writer = scene.starts(20, "inject");
    scene.scrapes(writer, server, "ptrace_write", 8);
    scene.sends(writer, MIB);
    ProcessKey debugger = scene.starts(30, "gdb");
    scene.scrapes(debugger, server, "proc_mem", MIB);
    scene.scrapes(debugger, server, "ptrace_write", 8);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.spansOf(EgressFacts.class)).isEmpty();
    assertThat(scene.sink.spansOf(MemoryFacts.class))
        .hasSize(3)
        .allSatisfy(
            span -> assertThat(((MemoryFacts) span.facts()).victim().key()).isEqualTo(server));
  }

  /**
   * It leaves the process, whoever gets it: what is true of workers of one container is not of it.
   */
  @Test
  void coreDump_isOfTheVictimItself_andLeavesItsContainer() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    scene.passes(Duration.ofMinutes(2));
    Evidence load = scene.sink.spansOf(FileAccessFacts.class).get(0);
    scene.scrapes(server, server, "core_dump", GIB + MIB);
    scene.ends(server);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.spansOf(MemoryFacts.class))
        .singleElement()
        .satisfies(span -> assertThat(span.links()).containsExactly(load.identity()));
    MemoryFacts facts = scene.sink.lastFacts(MemoryFacts.class);
    assertThat(facts.sliceBytes()).isEqualTo(GIB + MIB);
    assertThat(facts.sameContainer()).isFalse();
    assertThat(facts.victimHolding().dataBytes()).as("its own").isEqualTo(GIB);
  }
}
