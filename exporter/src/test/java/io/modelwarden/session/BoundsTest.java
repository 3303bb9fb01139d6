// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static io.modelwarden.session.Scene.PUBLIC;
import static io.modelwarden.session.Scene.flow;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.SessionSettings.Limits;
import org.junit.jupiter.api.Test;

class BoundsTest {

  private static final int PROCESSES = Limits.defaults().processes();

  @Test
  void aHundredThousandProcesses_stayWithinBounds_andPushNoHolderOut() {
    Scene scene = new Scene();
    int shard = scene.model(GIB);
    ProcessKey server = scene.starts(1, "server");
    scene.reads(server, shard, GIB);
    scene.tracker.tick(scene.now);
    scene.sink.clear();
    for (int pid = 2; pid < 100_002; pid++) {
      scene.sends(scene.starts(pid, "stat"), 1);
    }
    scene.passesSecond();

    assertThat(scene.tracker.processes()).isLessThanOrEqualTo(PROCESSES);
    assertThat(scene.tracker.losses().get(SessionLoss.PROCESS_EVICTED))
        .isEqualTo(100_001 - scene.tracker.processes());
    assertThat(scene.forgotten).as("all are told of again").hasSize(100_001 - PROCESSES);
    scene.sends(server, MIB);
    assertThat(scene.sink.measured(Measurement.NetworkIo.class)).hasSize(1);
  }

  @Test
  void aHundredThousandReaders_loseNoByteOfTheTotals() {
    Scene scene = new Scene();
    int shard = scene.model(GIB);
    for (int pid = 1; pid <= 100_000; pid++) {
      scene.reads(scene.starts(pid, "cat"), shard, 1_000);
    }
    scene.tracker.close();

    assertThat(scene.tracker.processes()).isLessThanOrEqualTo(PROCESSES);
    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes()).isEqualTo(100_000_000);
    assertThat(
            scene.sink.facts(FileAccessFacts.class).stream()
                .mapToLong(FileAccessFacts::sliceBytes)
                .sum())
        .isEqualTo(100_000_000);
  }

  @Test
  void workloadsThatEnded_makeRoomForOthers() {
    Scene scene = new Scene(Scene.limited(new Limits(9, 9, 2, 9, 9, 9, 9, 9)));
    int shard = scene.model(GIB);
    for (int run = 1; run <= 5; run++) {
      scene.at("/system.slice/server-" + run + ".service", Entrance.ENTRYPOINT);
      ProcessKey server = scene.starts(run, "server");
      scene.reads(server, shard, MIB);
      scene.sends(server, MIB);
      scene.ends(server);
      scene.passesSecond();
      scene.sink.spans.stream().map(Evidence::workload).distinct().forEach(scene.tracker::ended);
    }

    assertThat(scene.sink.facts(FileAccessFacts.class)).hasSize(5);
    assertThat(scene.tracker.losses().byReason().values()).containsOnly(0L);
  }

  @Test
  void processesThatEnd_leaveNothing() {
    Scene scene = new Scene();
    int shard = scene.model(GIB);
    ProcessKey shell = scene.starts(1, "sh");
    scene.reads(shell, shard, 1);
    for (int pid = 2; pid < 20_002; pid++) {
      ProcessKey child = scene.forks(shell, pid, "dd");
      ProcessKey orphan = scene.forks(Scene.key(1_000_000 + pid), 100_000 + pid, "dd");
      scene.reads(child, shard, 1);
      scene.samples(child, shard, MIB);
      scene.ends(child);
      scene.ends(orphan);
    }
    scene.ends(shell);
    scene.passesSecond();

    assertThat(scene.tracker.processes()).isZero();
    assertThat(scene.tracker.openSessions()).isZero();
    assertThat(scene.tracker.losses().byReason().values()).containsOnly(0L);
  }

  @Test
  void provisionalAccesses_areBounded() {
    Scene scene = new Scene(Scene.limited(new Limits(100, 1_000, 100, 10, 8, 8, 8, 8)));
    ProcessKey reader = scene.starts(10, "tar");
    int first = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(reader, first, MIB);
    for (int i = 0; i < 20; i++) {
      scene.reads(reader, scene.file(GIB, Verdict.UNDECIDED), MIB);
    }
    scene.decides(first, GIB, Verdict.MODEL);

    assertThat(scene.sink.measurements).isEmpty();
    assertThat(scene.tracker.losses().get(SessionLoss.PROVISIONAL_EVICTED)).isEqualTo(11);
  }

  @Test
  void filesAndModelsOfATree_areBounded() {
    Scene scene = new Scene(Scene.limited(new Limits(100, 50, 100, 10, 4, 20, 8, 8)));
    ProcessKey reader = scene.starts(10, "tar");
    for (int i = 0; i < 60; i++) {
      scene.accesses(reader, scene.model(GIB), "/m/model" + i + "/w.gguf", Direction.READ, MIB);
    }
    scene.sends(reader, flow(PUBLIC, Role.INITIATED), MIB);
    scene.tracker.close();

    assertThat(scene.sink.lastFacts(Evidence.EgressFacts.class).holding().files()).isEqualTo(20);
    assertThat(scene.tracker.losses().get(SessionLoss.FILE_EVICTED)).isEqualTo(10);
    assertThat(scene.tracker.losses().get(SessionLoss.MODEL_EVICTED)).isEqualTo(56);
    assertThat(scene.tracker.losses().get(SessionLoss.LINEAGE_FILES_FULL)).isEqualTo(40);
  }

  @Test
  void eventsOfUnknownProcessesAndFiles_areCountedNotFatal() {
    Scene scene = new Scene();
    ProcessKey nobody = Scene.key(99);
    int shard = scene.model(GIB);
    scene.reads(nobody, shard, MIB);
    scene.sends(nobody, MIB);
    scene.samples(nobody, shard, MIB);
    scene.scrapes(nobody, nobody, "ptrace", 8);
    scene.ends(nobody);
    ProcessKey somebody = scene.forks(Scene.key(4), 5, "cat");
    scene.reads(somebody, 777, MIB);

    assertThat(scene.tracker.losses().get(SessionLoss.PROCESS_UNKNOWN)).isEqualTo(5);
    assertThat(scene.tracker.losses().get(SessionLoss.FILE_UNKNOWN)).isEqualTo(1);
    assertThat(scene.sink.measurements).isEmpty();
  }
}
