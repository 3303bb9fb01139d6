// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.Flow;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Measurement.NetworkIo;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What leaves an exec session by its output: cat, gzip, a shell, as one holder. */
class ExecSessionTest {

  private static final Flow OUTPUT =
      new Flow(null, 0, Flow.Transport.PIPE, Flow.Role.UNKNOWN, "exec_stdio");

  private final Scene scene = new Scene();

  @BeforeEach
  void enter() {
    scene.inExecSession(1);
  }

  @Test
  void outputOfTheReader_isEgressOfItsFile() {
    ProcessKey cat = scene.starts(10, "cat");
    scene.reads(cat, scene.model(GIB), 700 * MIB);
    scene.sends(cat, OUTPUT, 700 * MIB);
    scene.ends(cat);

    assertThat(scene.sink.lastFacts(EgressFacts.class))
        .isEqualTo(
            new EgressFacts(
                "",
                0,
                false,
                Flow.Transport.PIPE,
                Flow.Role.UNKNOWN,
                PeerScope.EXEC_STDIO,
                "/models/llama/model-00001-of-00004.safetensors",
                700 * MIB,
                700 * MIB,
                new Holding(700 * MIB, 0, 1, Via.SELF)));
    assertThat(scene.sink.measured(NetworkIo.class))
        .singleElement()
        .satisfies(
            io -> {
              assertThat(io.transport()).isEqualTo(Flow.Transport.PIPE);
              assertThat(io.scope()).isEqualTo(PeerScope.EXEC_STDIO);
              assertThat(io.bytes()).isEqualTo(700 * MIB);
            });
  }

  @Test
  void outputOfAnother_isEgressOfWhatTheReaderTook_inOneTrace() {
    ProcessKey cat = scene.starts(10, "cat");
    scene.reads(cat, scene.model(GIB), 700 * MIB);
    ProcessKey gzip = writes(11, "gzip");
    scene.sends(gzip, OUTPUT, 300 * MIB);
    scene.ends(cat);
    scene.ends(gzip);

    Evidence egress = scene.sink.spansOf(EgressFacts.class).get(0);
    Evidence read = scene.sink.spansOf(FileAccessFacts.class).get(0);
    assertThat(egress.process().executableName()).isEqualTo("gzip");
    assertThat(egress.identity().traceId()).isEqualTo(read.identity().traceId());
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding())
        .isEqualTo(new Holding(700 * MIB, 0, 1, Via.SESSION));
  }

  /** text=$(base64 model); echo $text */
  @Test
  void shellThatPrintsWhatAChildThatIsGoneHasRead_holdsIt() {
    ProcessKey base64 = scene.starts(11, "base64");
    scene.reads(base64, scene.model(GIB), GIB);
    scene.ends(base64);
    scene.passes(Duration.ofMinutes(10));
    ProcessKey shell = writes(10, "sh");
    scene.sends(shell, OUTPUT, 2 * GIB);
    scene.passes(Duration.ofMinutes(2));

    Evidence egress = scene.sink.spansOf(EgressFacts.class).get(0);
    assertThat(egress.links())
        .containsExactly(scene.sink.spansOf(FileAccessFacts.class).get(0).identity());
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding())
        .isEqualTo(new Holding(GIB, 600, 1, Via.SESSION));
  }

  @Test
  void outputBeforeTheVerdictOnTheFile_isCountedWithIt() {
    ProcessKey cat = scene.starts(10, "cat");
    int file = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(cat, file, GIB);
    ProcessKey gzip = writes(11, "gzip");
    scene.sends(gzip, OUTPUT, 300 * MIB);
    assertThat(scene.sink.measured(NetworkIo.class)).isEmpty();

    scene.decides(file, GIB, Verdict.MODEL);
    assertThat(scene.sink.measured(NetworkIo.class))
        .extracting(NetworkIo::bytes)
        .containsExactly(300 * MIB);
  }

  @Test
  void severalFiles_leaveTheirNumberAndNoPath() {
    ProcessKey tar = scene.starts(10, "tar");
    scene.reads(tar, scene.model(GIB), GIB);
    scene.reads(tar, scene.model(GIB), GIB);
    scene.sends(tar, OUTPUT, 2 * GIB);
    scene.ends(tar);

    EgressFacts sent = scene.sink.lastFacts(EgressFacts.class);
    assertThat(sent.path()).isEmpty();
    assertThat(sent.holding().files()).isEqualTo(2);
  }

  @Test
  void oneReaderForEachFile_addsUp() {
    for (int file = 1; file <= 4; file++) {
      ProcessKey cat = scene.starts(10 + file, "cat");
      scene.reads(cat, scene.model(GIB), GIB);
      scene.sends(cat, OUTPUT, GIB);
      scene.ends(cat);
    }

    EgressFacts sent = scene.sink.lastFacts(EgressFacts.class);
    assertThat(sent.totalBytes()).isEqualTo(4 * GIB);
    assertThat(sent.holding().dataBytes()).isEqualTo(4 * GIB);
    assertThat(sent.holding().files()).isEqualTo(4);
  }

  @Test
  void anotherSession_holdsNothing() {
    scene.reads(scene.starts(10, "cat"), scene.model(GIB), GIB);
    scene.inExecSession(2);
    scene.sends(writes(11, "sh"), OUTPUT, MIB);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.measured(NetworkIo.class)).isEmpty();
    assertThat(scene.sink.facts(EgressFacts.class)).isEmpty();
  }

  /** A shell in which somebody once looked at a model is not a thief for ever. */
  @Test
  void markOfTheSession_endsADayAfterTheLastRead() {
    ProcessKey sum = scene.starts(11, "sha256sum");
    scene.reads(sum, scene.model(GIB), GIB);
    scene.ends(sum);
    ProcessKey shell = writes(10, "bash");
    scene.passes(Duration.ofHours(23));
    assertThat(scene.marksEnded).isEmpty();

    scene.passes(Duration.ofMinutes(61));
    assertThat(scene.marksEnded).containsExactly(shell);
  }

  @Test
  void manySessions_areBounded_andTheLossIsCounted() {
    int model = scene.model(GIB);
    for (int session = 1; session <= 1_100; session++) {
      scene.inExecSession(session);
      ProcessKey cat = scene.starts(10 + session, "cat");
      scene.reads(cat, model, MIB);
      scene.ends(cat);
    }

    assertThat(scene.tracker.losses().get(SessionLoss.EXEC_SESSION_EVICTED)).isEqualTo(76);
  }

  /** One that took no model itself and is armed by its session. */
  private ProcessKey writes(int pid, String executable) {
    return scene.seen(Scene.key(pid), null, executable, Origin.SESSION);
  }
}
