// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who held a model before the agent was there to see it. */
class RecoveryTest {

  private static final String CONTAINER =
      "/kubepods/pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f/" + "1".repeat(64);
  private static final String ANOTHER =
      "/kubepods/pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f/" + "2".repeat(64);

  private final Scene scene = new Scene();

  @Test
  void openFile_isHeldInFull_howeverLittleWasRead() {
    int shard = scene.model(GIB);
    ProcessKey server = older(10, "server");
    scene.finds(server, shard);

    assertThat(sent(server)).isEqualTo(new Holding(GIB, 35, 1, Via.RECOVERED));
    assertThat(scene.sink.lastSpan(EgressFacts.class).model())
        .isEqualTo(new ModelSet("llama", "safetensors", GIB));
    assertThat(scene.sink.measured(Measurement.FileIo.class)).isEmpty();
  }

  @Test
  void openFileWithoutAVerdict_isHeldWhenThatComes() {
    int blob = scene.file(GIB, Verdict.UNDECIDED);
    int archive = scene.file(GIB, Verdict.UNDECIDED);
    ProcessKey server = older(10, "server");
    ProcessKey java = older(11, "java");
    scene.finds(server, blob);
    scene.finds(java, archive);
    assertThat(scene.tracker.marksHeld()).isZero();
    scene.decides(blob, GIB, Verdict.MODEL);
    scene.decides(archive, GIB, Verdict.ORDINARY);

    assertThat(sent(server).via()).isEqualTo(Via.RECOVERED);
    scene.sends(java, GIB);
    assertThat(scene.tracker.marksHeld()).isEqualTo(1);
  }

  @Test
  void childOfOne_inherits() {
    ProcessKey server = older(10, "server");
    scene.finds(server, scene.model(GIB));
    ProcessKey child = scene.forks(server, 11, "curl");

    assertThat(sent(child)).isEqualTo(new Holding(GIB, 35, 1, Via.PARENT));
  }

  @Test
  void ownReadAfterwards_isTheBetterReason() {
    int shard = scene.model(GIB);
    ProcessKey server = older(10, "server");
    scene.finds(server, shard);
    scene.reads(server, shard, MIB);

    assertThat(sent(server).via()).isEqualTo(Via.SELF);
    assertThat(sent(server).dataBytes()).as("what may have been taken before").isEqualTo(GIB);
  }

  /** One agent's notes are the next one's knowledge, to the byte. */
  @Test
  void whatOneAgentTells_theNextOneHolds() {
    ProcessKey reader = scene.starts(10, "python3");
    scene.reads(reader, scene.model(GIB), GIB / 2);
    ProcessKey child = scene.forks(reader, 11, "worker");
    scene.passesSecond();
    List<HeldModel> told = scene.tracker.holders();
    assertThat(told)
        .extracting(
            HeldModel::process, HeldModel::model, HeldModel::modelBytes, HeldModel::heldBytes)
        .containsExactlyInAnyOrder(
            tuple(reader, "llama", GIB, GIB / 2), tuple(child, "llama", GIB, GIB / 2));

    Scene next = new Scene(scene.now + 60_000_000_000L);
    told.forEach(next.tracker::remember);
    next.seen(reader, null, "python3", Origin.RECOVERED);
    next.seen(child, null, "worker", Origin.RECOVERED);
    for (ProcessKey process : List.of(reader, child)) {
      next.sends(process, MIB);
      next.passes(Duration.ofSeconds(35));
      EgressFacts sent = next.sink.lastFacts(EgressFacts.class);
      assertThat(sent.holding().via()).isEqualTo(Via.RECOVERED);
      assertThat(sent.holding().dataBytes()).isEqualTo(GIB);
      assertThat(sent.holding().ageSeconds()).isBetween(60.0, 200.0);
      assertThat(next.sink.lastSpan(EgressFacts.class).model())
          .isEqualTo(new ModelSet("llama", "unknown", GIB));
    }
    assertThat(next.sink.measured(Measurement.ModelSize.class))
        .as("what budgets are held against")
        .extracting(Measurement.ModelSize::model, Measurement.ModelSize::bytes)
        .containsExactly(tuple("llama", GIB));
  }

  @Test
  void aSecondAgent_tellsTheThirdTheSame() {
    HeldModel held = new HeldModel(Scene.key(10), "llama", GIB, MIB, scene.now, scene.now, 0);
    scene.tracker.remember(held);
    scene.seen(Scene.key(10), null, "python3", Origin.RECOVERED);

    assertThat(scene.tracker.holders()).containsExactly(held);
  }

  @Test
  void processThatIsNoMore_isNotRemembered() {
    scene.tracker.remember(new HeldModel(Scene.key(10), "llama", GIB, MIB, scene.now, 0, 0));
    ProcessKey another = new ProcessKey(10, 1, 10);
    scene.seen(another, null, "curl", Origin.SELF);
    scene.sends(another, GIB);

    assertThat(scene.tracker.marksHeld()).isZero();
    assertThat(scene.tracker.holders()).isEmpty();
  }

  /** Else each restart of the agent would make marks that end into marks for ever. */
  @Test
  void inheritedMark_endsWhenItWouldHaveEnded() {
    ProcessKey before = scene.starts(10, "sh");
    scene.reads(before, scene.model(GIB), GIB);
    ProcessKey after = scene.executes(before, "sleep");
    scene.passes(Duration.ofMinutes(40));
    List<HeldModel> told = scene.tracker.holders();

    Scene next = new Scene(scene.now);
    told.forEach(next.tracker::remember);
    next.seen(after, null, "sleep", Origin.RECOVERED);
    next.passes(Duration.ofMinutes(19));
    assertThat(next.marksEnded).isEmpty();
    assertThat(next.tracker.holders()).extracting(HeldModel::process).containsExactly(after);
    next.passes(Duration.ofMinutes(2));
    assertThat(next.marksEnded).containsExactly(after);
    assertThat(next.tracker.holders()).isEmpty();
  }

  @Test
  void othersOfTheContainer_areMarkedToo_ifTheyAreOlderThanTheAgent() {
    int shard = scene.model(GIB);
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    ProcessKey server = older(10, "server");
    scene.finds(server, shard);
    scene.passesSecond();
    assertThat(scene.tracker.takeRecoveredContainers()).containsExactly("1".repeat(64));
    assertThat(scene.tracker.takeRecoveredContainers()).as("told once").isEmpty();

    ProcessKey shell = older(11, "sh");
    assertThat(sent(shell)).isEqualTo(new Holding(GIB, 0, 0, Via.RECOVERED));
    ProcessKey later = scene.seen(Scene.key(12), null, "sh", Origin.SELF);
    scene.at(ANOTHER, Entrance.ENTRYPOINT);
    ProcessKey sidecar = older(13, "envoy");
    scene.sends(later, GIB);
    scene.sends(sidecar, GIB);
    assertThat(scene.tracker.marksHeld()).isEqualTo(2);
  }

  /** They may be known before: by another file, or by their parent. */
  @Test
  void othersOfTheContainer_thatAreTracked_areMarked() {
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    ProcessKey shell = older(11, "sh");
    ProcessKey server = older(10, "server");
    scene.finds(server, scene.model(GIB));
    scene.passesSecond();

    assertThat(sent(shell).via()).isEqualTo(Via.RECOVERED);
  }

  @Test
  void programsOfTheMachine_doNotMarkEachOther() {
    ProcessKey server = older(10, "server");
    ProcessKey other = older(11, "sshd");
    scene.finds(server, scene.model(GIB));
    scene.passesSecond();
    scene.sends(other, GIB);

    assertThat(scene.tracker.takeRecoveredContainers()).isEmpty();
    assertThat(scene.tracker.marksHeld()).isEqualTo(1);
  }

  @Test
  void mapping_marksItsContainerToo() {
    int shard = scene.model(GIB);
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    ProcessKey server = older(10, "server");
    scene.samples(server, shard, GIB);

    assertThat(scene.tracker.takeRecoveredContainers()).hasSize(1);
  }

  @Test
  void versionOfHolders_changesWithWhoHoldsWhat_notWithEachRead() {
    long none = scene.tracker.holdersVersion();
    int shard = scene.model(GIB);
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, shard, MIB);
    long one = scene.tracker.holdersVersion();
    assertThat(one).isNotEqualTo(none);
    scene.reads(server, shard, MIB);
    assertThat(scene.tracker.holdersVersion()).isEqualTo(one);
    scene.ends(server);
    assertThat(scene.tracker.holdersVersion()).isNotEqualTo(one);
    assertThat(scene.tracker.holders()).isEmpty();
  }

  /** A process that was there before the agent. */
  private ProcessKey older(int pid, String executable) {
    long now = scene.now;
    scene.now = Scene.START_NANOS - 1_000_000_000L;
    scene.holdsOpen.add(Scene.key(pid));
    ProcessKey process = scene.seen(Scene.key(pid), null, executable, Origin.RECOVERED);
    scene.now = now;
    return process;
  }

  private Holding sent(ProcessKey process) {
    scene.passes(Duration.ofSeconds(35));
    scene.sends(process, MIB);
    scene.passes(Duration.ofSeconds(35));
    return scene.sink.lastFacts(EgressFacts.class).holding();
  }
}
