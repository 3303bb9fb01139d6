// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who holds a model, seen by whether what it sends is egress of it. */
class HoldingTest {

  private final Scene scene = new Scene();

  @Test
  void aChild_holdsWhatItsParentHeldAtTheFork() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    ProcessKey before = scene.forks(parent, 11, "logger");
    scene.passesSecond();
    scene.reads(parent, shard, GIB);
    scene.passesSecond();
    ProcessKey after = scene.forks(parent, 12, "curl");

    assertThat(viaOf(before)).isEmpty();
    assertThat(viaOf(after)).contains(Via.PARENT);
  }

  @Test
  void aChild_thatIsKnownBeforeItsParentsReadIsReported_holdsIt() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    long readAt = scene.now;
    scene.now += 100_000_000L;
    ProcessKey child = scene.forks(parent, 11, "curl");
    ProcessKey grandchild = scene.forks(child, 12, "curl");
    scene.now = readAt;
    scene.reads(parent, shard, GIB);
    scene.now += 200_000_000L;

    assertThat(viaOf(grandchild)).contains(Via.PARENT);
    assertThat(viaOf(child)).contains(Via.PARENT);
  }

  @Test
  void bytesThatTheKernelCouldNotName_makeTheirReaderAHolder() {
    ProcessKey thief = scene.starts(10, "thief");
    scene.sends(thief, MIB);
    scene.tracker.accept(
        new KernelEvent.BytesUncounted(thief, Direction.READ, scene.increment(GIB)));
    scene.sends(thief, GIB);
    scene.ends(thief);

    EgressFacts sent = scene.sink.lastFacts(EgressFacts.class);
    assertThat(sent.holding().dataBytes()).isEqualTo(GIB);
    assertThat(sent.totalBytes()).isEqualTo(GIB + MIB);
    assertThat(scene.sink.spansOf(EgressFacts.class))
        .allSatisfy(span -> assertThat(span.model().name()).isEmpty());
  }

  @Test
  void aChild_thatIsSeenBeforeItsParent_holdsWhatThatReads() {
    ProcessKey parent = Scene.key(10);
    ProcessKey child = scene.forks(parent, 11, "curl");
    scene.starts(10, "server");
    scene.reads(parent, scene.model(GIB), GIB);

    assertThat(viaOf(child)).contains(Via.PARENT);
  }

  @Test
  void aChild_ofAnUndecidedRead_holdsItAtTheVerdict() {
    ProcessKey parent = scene.starts(10, "server");
    int blob = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(parent, blob, GIB);
    scene.passesSecond();
    ProcessKey child = scene.forks(parent, 11, "curl");
    scene.decides(blob, GIB, Verdict.MODEL);

    assertThat(viaOf(child)).contains(Via.PARENT);
  }

  @Test
  void aDoubleFork_isNoWayOut() {
    ProcessKey parent = scene.starts(10, "python3");
    scene.reads(parent, scene.model(GIB), GIB);
    ProcessKey child = scene.forks(parent, 11, "python3");
    ProcessKey grandchild = scene.forks(child, 12, "python3");
    scene.ends(child);
    scene.ends(parent);

    assertThat(viaOf(grandchild)).contains(Via.PARENT);
    assertThat(holding().dataBytes()).isEqualTo(GIB);
  }

  /** A container runtime that once opened some large file is the parent of every container. */
  @Test
  void siblings_ofAParentThatTookNothing_holdOnlyTheirOwn() {
    ProcessKey runtime = scene.starts(10, "containerd-shim");
    ProcessKey server = scene.forks(runtime, 11, "server");
    ProcessKey other = scene.forks(runtime, 12, "backup");
    scene.reads(server, scene.model(GIB), GIB);
    scene.reads(other, scene.model(GIB), MIB);
    ProcessKey later = scene.forks(runtime, 13, "curl");

    assertThat(viaOf(other)).contains(Via.SELF);
    assertThat(holding().dataBytes()).isEqualTo(MIB);
    assertThat(viaOf(later)).isEmpty();
  }

  @Test
  void aChild_thatReadsBeforeItsParentIsKnownToHold_isOneTreeWithIt() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    long readAt = scene.now;
    scene.now += 100_000_000L;
    ProcessKey child = scene.forks(parent, 11, "worker");
    scene.reads(child, shard, MIB);
    scene.now = readAt;
    scene.reads(parent, shard, GIB);
    scene.now += 200_000_000L;

    assertThat(viaOf(child)).contains(Via.SELF);
    assertThat(holding().dataBytes()).isEqualTo(GIB + MIB);
  }

  @Test
  void ownRead_isTheBetterReason() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.reads(parent, shard, GIB);
    ProcessKey child = scene.forks(parent, 11, "curl");
    scene.reads(child, shard, MIB);

    assertThat(viaOf(child)).contains(Via.SELF);
    assertThat(holding().dataBytes()).as("of the whole tree").isEqualTo(GIB + MIB);
  }

  @Test
  void afterAnExec_theMarkEndsInAnHour() {
    ProcessKey before = scene.starts(10, "sh");
    scene.reads(before, scene.model(GIB), GIB);
    ProcessKey after = scene.executes(before, "curl");
    assertThat(viaOf(after)).contains(Via.PARENT);

    scene.passes(Duration.ofMinutes(57));
    assertThat(viaOf(after)).contains(Via.PARENT);
    assertThat(scene.marksEnded).isEmpty();

    scene.passes(Duration.ofMinutes(2));
    assertThat(scene.marksEnded).containsExactly(after);
    assertThat(viaOf(after)).isEmpty();
    assertThat(scene.tracker.marksHeld()).isZero();
  }

  @Test
  void execsAndForksInARow_doNotRenewTheHour() {
    ProcessKey process = scene.starts(10, "sh");
    scene.reads(process, scene.model(GIB), GIB);
    process = scene.executes(process, "sh");
    for (int minute = 0; minute < 55; minute++) {
      scene.passes(Duration.ofMinutes(1));
      process = scene.executes(process, "sh");
    }
    ProcessKey child = scene.forks(process, 11, "curl");
    scene.passes(Duration.ofMinutes(6));

    assertThat(scene.marksEnded).containsExactlyInAnyOrder(process, child);
  }

  @Test
  void anExecutedImage_thatReadsItself_keepsItsMark() {
    ProcessKey before = scene.starts(10, "sh");
    int shard = scene.model(GIB);
    scene.reads(before, shard, MIB);
    ProcessKey after = scene.executes(before, "cat");
    scene.reads(after, shard, MIB);
    scene.passes(Duration.ofHours(3));

    assertThat(scene.marksEnded).isEmpty();
    assertThat(viaOf(after)).contains(Via.SELF);
  }

  @Test
  void anInheritedMark_endsADayAfterTheTreesLastRead() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.reads(parent, shard, MIB);
    ProcessKey child = scene.forks(parent, 11, "worker");
    scene.passes(Duration.ofHours(20));
    scene.reads(parent, shard, MIB);
    scene.passes(Duration.ofHours(23));
    assertThat(scene.marksEnded).isEmpty();

    scene.passes(Duration.ofMinutes(61));
    assertThat(scene.marksEnded).containsExactly(child);
    assertThat(scene.tracker.marksHeld()).isEqualTo(1);
  }

  @Test
  void anInheritedMark_neverEndsWhileTheModelIsMapped() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(parent, shard, GIB);
    ProcessKey child = scene.forks(parent, 11, "worker");
    scene.samples(child, shard, GIB);
    scene.passes(Duration.ofHours(30));
    assertThat(scene.marksEnded).isEmpty();

    scene.samples(child, shard, 0);
    scene.passes(Duration.ofMinutes(1));
    assertThat(scene.marksEnded).as("the mapping itself was the last use").containsExactly(child);
  }

  @Test
  void aMark_thatOnlyAnOrdinaryFileGave_endsWithTheVerdict() {
    ProcessKey java = scene.seen(Scene.key(10), null, "java", Origin.SELF);
    int archive = scene.file(GIB, Verdict.UNDECIDED);
    scene.maps(java, archive, GIB);
    scene.passes(Duration.ofMinutes(1));
    assertThat(scene.marksEnded).as("before the verdict").isEmpty();

    scene.decides(archive, GIB, Verdict.ORDINARY);
    scene.passes(Duration.ofMinutes(1));
    assertThat(scene.marksEnded).containsExactly(java);
  }

  @Test
  void aMark_staysWhileAModelIsOpen_howeverLongNothingIsRead() {
    ProcessKey process = scene.starts(10, "server");
    scene.passes(Duration.ofHours(1));
    assertThat(scene.marksEnded).isEmpty();

    scene.reads(process, scene.model(GIB), GIB);
    assertThat(viaOf(process)).contains(Via.SELF);
  }

  @Test
  void writingMoreThanATenth_isHolding_writingLessIsNot() {
    int shard = scene.model(100 * MIB);
    ProcessKey touch = scene.starts(10, "touch");
    scene.writes(touch, shard, 10 * MIB);
    ProcessKey download = scene.starts(11, "curl");
    scene.writes(download, shard, 10 * MIB);
    scene.writes(download, shard, 1);

    assertThat(viaOf(touch)).isEmpty();
    assertThat(viaOf(download)).contains(Via.WRITE);
    assertThat(holding().dataBytes()).isEqualTo(10 * MIB + 1);
  }

  @Test
  void aRecoveredMapping_isHolding() {
    int shard = scene.model(GIB);
    ProcessKey server = scene.seen(Scene.key(10), null, "server", Origin.RECOVERED);
    scene.holdsOpen.add(server);
    assertThat(viaOf(server)).isEmpty();
    scene.samples(server, shard, GIB);

    assertThat(viaOf(server)).contains(Via.RECOVERED);
    assertThat(holding()).isEqualTo(new Holding(GIB, 0, 1, Via.RECOVERED));
    assertThat(scene.sink.measured(Measurement.FileMapped.class)).isEmpty();
  }

  /** An annotation that comes, or is known, after the process. */
  @Test
  void declaredLater_holdsFromItsBeginning_andSoDoItsChildren() {
    ProcessKey streamer = scene.starts(10, "streamer");
    ProcessKey worker = scene.forks(streamer, 11, "worker");
    scene.sends(worker, 2 * MIB);
    assertThat(scene.sink.measured(Measurement.NetworkIo.class)).isEmpty();
    scene.declared.put("streamer", new Declaration("org/streamed", 0));
    scene.tracker.declareAnew();
    assertThat(scene.sink.measured(Measurement.NetworkIo.class))
        .extracting(Measurement.NetworkIo::model, Measurement.NetworkIo::bytes)
        .containsExactly(tuple("org/streamed", 2 * MIB));
    scene.declared.clear();
    scene.tracker.declareAnew();
    scene.sends(worker, MIB);
    assertThat(scene.sink.measured(Measurement.NetworkIo.class)).hasSize(2);
  }

  @Test
  void aDeclaredProcess_holdsWithoutReading() {
    scene.declared.put("streamer", new Declaration("org/streamed", 0));
    ProcessKey streamer = scene.starts(10, "streamer");

    assertThat(viaOf(streamer)).contains(Via.DECLARED);
    assertThat(holding()).isEqualTo(new Holding(0, 0, 0, Via.DECLARED));
    assertThat(scene.sink.measured(Measurement.NetworkIo.class).get(0).model())
        .isEqualTo("org/streamed");
  }

  @Test
  void aDeclaredSize_isThatOfTheModelAndOfWhatIsHeld_untilAFileSaysBetter() {
    scene.declared.put("streamer", new Declaration("llama", 140 * GIB));
    ProcessKey streamer = scene.starts(10, "streamer");
    ProcessKey child = scene.forks(streamer, 11, "curl");

    assertThat(viaOf(streamer)).contains(Via.DECLARED);
    assertThat(holding()).isEqualTo(new Holding(140 * GIB, 0, 0, Via.DECLARED));
    assertThat(scene.sink.lastSpan(EgressFacts.class).model().sizeBytes()).isEqualTo(140 * GIB);
    assertThat(viaOf(child)).contains(Via.PARENT);
    assertThat(holding().dataBytes()).isEqualTo(140 * GIB);
    assertThat(scene.sink.measured(Measurement.ModelSize.class))
        .extracting(Measurement.ModelSize::model, Measurement.ModelSize::bytes)
        .containsExactly(tuple("llama", 140 * GIB));

    scene.reads(scene.starts(12, "cat"), scene.model(GIB), 1);
    assertThat(viaOf(streamer)).contains(Via.DECLARED);
    assertThat(holding().dataBytes()).isEqualTo(GIB);
  }

  /** Whoever makes a pod could say that what all hold is large beside what he takes. */
  @Test
  void ofSeveralDeclaredSizes_theSmallestCounts() {
    scene.declared.put("streamer", new Declaration("llama", GIB));
    scene.declared.put("liar", new Declaration("llama", 1000 * GIB));
    ProcessKey streamer = scene.starts(10, "streamer");
    ProcessKey liar = scene.starts(11, "liar");

    assertThat(viaOf(liar)).contains(Via.DECLARED);
    assertThat(holding().dataBytes()).isEqualTo(GIB);
    assertThat(viaOf(streamer)).contains(Via.DECLARED);
    assertThat(holding().dataBytes()).isEqualTo(GIB);
  }

  @Test
  void aDeclaredProcess_thatIsOlderThanTheAgent_isRecovered() {
    scene.declared.put("streamer", new Declaration("llama", GIB));
    scene.now -= 1;
    ProcessKey streamer = scene.starts(10, "streamer");
    scene.now += 1;

    assertThat(viaOf(streamer)).contains(Via.RECOVERED);
    assertThat(holding().dataBytes()).isEqualTo(GIB);
  }

  /** Sends and looks at what the egress says. */
  private Optional<Via> viaOf(ProcessKey process) {
    scene.passes(Duration.ofSeconds(35));
    int before = scene.sink.facts(EgressFacts.class).size();
    scene.sends(process, MIB);
    scene.passes(Duration.ofSeconds(35));
    return scene.sink.facts(EgressFacts.class).size() == before
        ? Optional.empty()
        : Optional.of(holding().via());
  }

  private Holding holding() {
    return scene.sink.lastFacts(EgressFacts.class).holding();
  }
}
