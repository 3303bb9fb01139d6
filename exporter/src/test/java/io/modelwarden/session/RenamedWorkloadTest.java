// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.workload.PodContainer;
import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names come while a theft is under way: no total may begin again, or it is cut in two by them. */
class RenamedWorkloadTest {

  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";
  private static final Workload BEFORE = new Workload("container", "5d1f0a9c3b7e");
  private static final Workload AFTER = new Workload("deployment", "llm");
  private static final Workload DEBUGGER =
      new Workload(
          "deployment",
          "llm",
          new PodContainer(
              "pod",
              "",
              false,
              new PodNames(
                  "",
                  "models",
                  "llm-0",
                  "pod",
                  "debugger",
                  true,
                  false,
                  "",
                  List.of(),
                  Map.of(),
                  Map.of(),
                  new PodNames.Service("llm", "models", "", ""))));

  private final Scene scene = new Scene();

  @Test
  void runningTotals_goOnUnderTheNewName() {
    scene.at("/docker/" + ID, Entrance.EXEC);
    int model = scene.model(Scene.GIB);
    var thief = scene.starts(1, "cat");
    scene.reads(thief, model, 300 * Scene.MIB);
    scene.sends(thief, 200 * Scene.MIB);
    scene.tracker.renamed(BEFORE, AFTER);
    scene.reads(thief, model, 100 * Scene.MIB);
    scene.sends(thief, 50 * Scene.MIB);
    scene.tracker.close();
    assertThat(scene.sink.spans).extracting(Evidence::workload).containsOnly(AFTER);
    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes())
        .isEqualTo(400 * Scene.MIB);
    assertThat(scene.sink.lastFacts(EgressFacts.class).totalBytes()).isEqualTo(250 * Scene.MIB);
  }

  @Test
  void sliceThatIsOpen_tellsItsTotalUnderTheNewName() {
    scene.at("/docker/" + ID, Entrance.EXEC);
    scene.reads(scene.starts(1, "cat"), scene.model(Scene.GIB), 300 * Scene.MIB);
    scene.tracker.renamed(BEFORE, AFTER);
    scene.passes(Duration.ofSeconds(30));
    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes())
        .isEqualTo(300 * Scene.MIB);
  }

  /** Until its names come a debug container looks like any other: loading excuses it no longer. */
  @Test
  void containerThatTurnsOutToBeEphemeral_neverLoaded() {
    scene.at("/docker/" + ID, Entrance.ENTRYPOINT);
    int model = scene.model(Scene.GIB);
    var debugger = scene.starts(1, "cat");
    scene.reads(debugger, model, 300 * Scene.MIB);
    scene.samples(debugger, model, Scene.MIB);
    scene.tracker.renamed(BEFORE, DEBUGGER);
    scene.reads(debugger, model, 100 * Scene.MIB);
    scene.tracker.close();
    assertThat(scene.sink.spans).extracting(Evidence::phase).containsOnly(Phase.SERVING);
    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes())
        .isEqualTo(400 * Scene.MIB);
    assertThat(scene.sink.measured(Measurement.MappingSize.class))
        .last()
        .extracting(Measurement.MappingSize::phase)
        .isEqualTo(Phase.SERVING);
  }

  @Test
  void whatIsMappedNow_movesToTheNewName() {
    int model = scene.model(Scene.GIB);
    scene.at("/docker/" + ID, Entrance.ENTRYPOINT);
    var server = scene.starts(1, "server");
    scene.samples(server, model, Scene.GIB);
    scene.tracker.renamed(BEFORE, AFTER);
    assertThat(scene.sink.measured(Measurement.MappingSize.class))
        .extracting(size -> size.workload().name() + " " + size.bytes())
        .containsExactly("5d1f0a9c3b7e " + Scene.GIB, "5d1f0a9c3b7e 0", "llm " + Scene.GIB);
    scene.samples(server, model, 0);
    assertThat(scene.sink.measured(Measurement.MappingSize.class))
        .last()
        .extracting(size -> size.workload().name() + " " + size.bytes())
        .isEqualTo("llm 0");
  }
}
