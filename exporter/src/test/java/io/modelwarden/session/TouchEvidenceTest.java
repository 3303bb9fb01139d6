// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Measurement.FileIo;
import io.modelwarden.session.Measurement.FileMapped;
import io.modelwarden.session.Measurement.FileTouched;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What was touched of a mapping is a number beside its length, and no more than that. */
class TouchEvidenceTest {

  private static final String CONTAINER =
      "/kubepods/pod8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f/" + "1".repeat(64);

  private final Scene scene = new Scene();

  @Test
  void touched_isItsOwnWay_andAddsToNoTotalAndNoEvidence() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(server, shard, GIB);
    scene.touches(server, shard, 600 * MIB);
    scene.touches(server, shard, 100 * MIB);
    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.measured(FileTouched.class))
        .extracting(FileTouched::bytes)
        .containsExactly(600 * MIB, 100 * MIB);
    assertThat(scene.sink.measured(FileMapped.class))
        .extracting(FileMapped::bytes)
        .containsExactly(GIB);
    assertThat(scene.sink.measured(FileIo.class)).isEmpty();
    assertThat(scene.sink.facts(FileAccessFacts.class))
        .singleElement()
        .satisfies(facts -> assertThat(facts.totalReadBytes()).isEqualTo(GIB));
  }

  /** The innocent: a server that maps its model at its start and touches it. */
  @Test
  void serverThatMapsAtItsStart_touchesInTheLoadingPhase() {
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(server, shard, GIB);
    scene.passes(Duration.ofSeconds(2));
    scene.touches(server, shard, GIB);
    assertThat(scene.sink.measured(FileTouched.class))
        .singleElement()
        .satisfies(
            touched -> {
              assertThat(touched.phase()).isEqualTo(Phase.LOADING);
              assertThat(touched.model()).isEqualTo("llama");
              assertThat(touched.executable()).isEqualTo("server");
            });
  }

  @Test
  void undecidedFile_isToldOnceItIsAModel_andNeverIfItIsNone() {
    ProcessKey server = scene.starts(10, "server");
    int model = scene.file(GIB, Verdict.UNDECIDED);
    int other = scene.file(GIB, Verdict.UNDECIDED);
    scene.touches(server, model, 3 * MIB);
    scene.touches(server, model, 4 * MIB);
    scene.touches(server, other, 5 * MIB);
    assertThat(scene.sink.measured(FileTouched.class)).isEmpty();
    scene.decides(model, GIB, Verdict.MODEL);
    scene.decides(other, GIB, Verdict.ORDINARY);
    assertThat(scene.sink.measured(FileTouched.class))
        .extracting(FileTouched::bytes)
        .containsExactly(7 * MIB);
  }
}
