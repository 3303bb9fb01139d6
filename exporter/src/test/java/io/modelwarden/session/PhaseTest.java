// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Phase.LOADING;
import static io.modelwarden.session.Phase.SERVING;
import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Measurement.FileIo;
import io.modelwarden.workload.Readiness;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Until when a container may read its models as often as a start needs, and who never may. */
class PhaseTest {

  private static final String FIRST =
      "/kubepods/pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f/" + "1".repeat(64);
  private static final String SECOND =
      "/kubepods/pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f/" + "2".repeat(64);

  private Scene scene = new Scene();
  private int model = scene.model(GIB);
  private int pids;

  @Test
  void quietForTheGracePeriod_endsIt_forGood() {
    ProcessKey server = startsIn(FIRST);
    assertThat(read(server)).isEqualTo(LOADING);
    scene.passes(Duration.ofSeconds(59));
    assertThat(read(server)).isEqualTo(LOADING);
    scene.passes(Duration.ofSeconds(60));
    assertThat(read(server)).isEqualTo(SERVING);
    scene.passesSecond();
    assertThat(read(server)).as("a hot reload").isEqualTo(SERVING);
  }

  @Test
  void containerThatNeverIsQuiet_loadsForHalfAnHour() {
    ProcessKey job = startsIn(FIRST);
    for (int minute = 0; minute <= 60; minute++) {
      assertThat(read(job)).isEqualTo(minute <= 30 ? LOADING : SERVING);
      scene.passes(Duration.ofSeconds(59));
      scene.reads(job, model, 1);
      scene.passesSecond();
    }
  }

  /** Otherwise a thief in an idle sidecar would choose when to load. */
  @Test
  void firstReadOfAnOldContainer_isOutsideOfLoading() {
    scene.passes(Duration.ofMinutes(31));
    scene.at(FIRST, Entrance.ENTRYPOINT);
    scene.isOld(Duration.ofMinutes(31));
    assertThat(read(scene.starts(1, "cat"))).isEqualTo(SERVING);
  }

  /** What a thief inside can take unnoticed while the container loads: no more than that. */
  @Test
  void thiefInsideDuringLoading_hidesInTwiceTheModelsSize_oneProcessForEachChunk() {
    scene.at(FIRST, Entrance.ENTRYPOINT);
    for (int chunk = 0; chunk < 60; chunk++) {
      ProcessKey process = scene.starts(100 + chunk, "dd");
      scene.reads(process, model, 50 * MIB);
      scene.ends(process);
      scene.passesSecond();
    }
    assertThat(bytes(LOADING)).isEqualTo(2 * GIB);
    assertThat(bytes(SERVING)).isEqualTo(3000 * MIB - 2 * GIB);
  }

  @Test
  void nextRunOfTheContainer_beginsAgain() {
    read(startsIn(FIRST));
    scene.passes(Duration.ofSeconds(61));
    assertThat(read(startsIn(FIRST))).isEqualTo(SERVING);
    assertThat(read(startsIn(SECOND))).isEqualTo(LOADING);
  }

  /** Its cgroup is made anew; what a service makes below its own is none of its starts. */
  @Test
  void nextRunOfAUnit_beginsAgain_andWhatIsBelowItDoesNot() {
    String unit = "/system.slice/vllm.service";
    assertThat(read(startsIn(unit))).isEqualTo(LOADING);
    scene.passes(Duration.ofSeconds(61));
    assertThat(read(scene.starts(90, "worker"))).isEqualTo(SERVING);
    assertThat(read(startsIn(unit))).isEqualTo(LOADING);
    assertThat(read(startsIn(unit + "/a"))).isEqualTo(LOADING);
    scene.passes(Duration.ofSeconds(61));
    assertThat(read(startsIn(unit + "/b"))).isEqualTo(SERVING);
    assertThat(read(startsIn(unit + "/" + "3".repeat(64)))).isEqualTo(SERVING);
  }

  /** The container loads meanwhile: that excuses nobody who comes into it. */
  @ParameterizedTest
  @CsvSource({
    "FIRST, EXEC",
    "FIRST, HOST",
    "/system.slice/vllm.service, EXEC",
    "/system.slice/vllm.service, HOST",
    "/user.slice/user-1000.slice/session-3.scope, UNKNOWN",
    "/user.slice/user-1000.slice/ID, ENTRYPOINT",
    "'', UNKNOWN",
  })
  void whatCameInOrHasNoStart_neverLoads(String cgroup, Entrance entrance) {
    read(startsIn(FIRST));
    scene.at(cgroup.replace("FIRST", FIRST).replace("ID", "4".repeat(64)), entrance);
    assertThat(read(scene.starts(50, "cat"))).isEqualTo(SERVING);
  }

  @Test
  void readerByExec_doesNotKeepTheContainerLoading() {
    ProcessKey server = startsIn(FIRST);
    read(server);
    scene.at(FIRST, Entrance.EXEC);
    ProcessKey thief = scene.starts(50, "cat");
    for (int second = 0; second < 60; second++) {
      scene.reads(thief, model, MIB);
      scene.passesSecond();
    }
    assertThat(read(server)).isEqualTo(SERVING);
  }

  @Test
  void readiness_endsItAfterTheGracePeriod_whereTheSettingSaysSo() {
    untilReady();
    scene.readiness = Readiness.NOT_READY;
    ProcessKey server = startsIn(FIRST);
    read(server);
    scene.passes(Duration.ofMinutes(10));
    assertThat(read(server)).as("long quiet, but not ready").isEqualTo(LOADING);
    scene.readiness = Readiness.READY;
    scene.passes(Duration.ofSeconds(60));
    assertThat(read(server)).isEqualTo(LOADING);
    scene.passesSecond();
    assertThat(read(server)).isEqualTo(SERVING);
    scene.readiness = Readiness.NOT_READY;
    scene.passesSecond();
    assertThat(read(server)).as("what is over stays over").isEqualTo(SERVING);
  }

  /** Jobs have no readiness, and a pod that fails its probe may be made to. */
  @Test
  void containerThatNeverIsReady_loadsForHalfAnHour() {
    untilReady();
    scene.readiness = Readiness.NOT_READY;
    ProcessKey job = startsIn(FIRST);
    read(job);
    scene.passes(Duration.ofMinutes(30));
    assertThat(read(job)).isEqualTo(LOADING);
    scene.passesSecond();
    assertThat(read(job)).isEqualTo(SERVING);
  }

  @Test
  void readinessThatNobodyKnows_isQuiet() {
    untilReady();
    ProcessKey server = startsIn(FIRST);
    read(server);
    scene.passes(Duration.ofSeconds(60));
    assertThat(read(server)).isEqualTo(SERVING);
  }

  @ParameterizedTest
  @CsvSource({"61, SERVING", "59, LOADING"})
  void containerThatIsOlderThanTheAgent_hasItsModels(int seconds, Phase phase) {
    scene.at(FIRST, Entrance.ENTRYPOINT);
    scene.isOld(Duration.ofSeconds(seconds));
    assertThat(read(scene.starts(1, "server"))).isEqualTo(phase);
  }

  /** A pid namespace of its own below the container's makes its first process look young. */
  @Test
  void oneOldProcess_tellsTheAgeOfAll() {
    scene.at(FIRST, Entrance.ENTRYPOINT);
    ProcessKey young = scene.starts(1, "unshare");
    assertThat(read(young)).isEqualTo(LOADING);
    scene.isOld(Duration.ofHours(1));
    scene.starts(2, "server");
    assertThat(read(young)).isEqualTo(SERVING);
  }

  private void untilReady() {
    PhaseSettings all = PhaseSettings.defaults();
    PhaseSettings ready =
        new PhaseSettings(PhaseSettings.End.READY, all.gracePeriod(), all.maximum());
    scene = new Scene(Scene.settings(ready, SessionSettings.Limits.defaults()));
    model = scene.model(GIB);
  }

  /** The first process of a new start. */
  private ProcessKey startsIn(String cgroup) {
    scene.at(cgroup, Entrance.ENTRYPOINT);
    pids++;
    return scene.starts(pids, "server");
  }

  private Phase read(ProcessKey process) {
    scene.reads(process, model, MIB);
    var all = scene.sink.measured(FileIo.class);
    return all.get(all.size() - 1).phase();
  }

  private long bytes(Phase phase) {
    return scene.sink.measured(FileIo.class).stream()
        .filter(io -> io.phase() == phase)
        .mapToLong(FileIo::bytes)
        .sum();
  }
}
