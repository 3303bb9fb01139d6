// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static io.modelwarden.session.Scene.PUBLIC;
import static io.modelwarden.session.Scene.flow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What somebody who looks at it live is told. */
class LiveViewTest {

  private final Scene scene = new Scene();

  @Test
  void aThief_isShownWithItsExactBytesShareAndPeer() {
    int first = scene.model(3 * GIB);
    scene.reads(scene.starts(9, "server"), first, 1);
    int second = scene.model(GIB);
    scene.reads(scene.starts(8, "server"), second, 1);
    ProcessKey thief = scene.starts(10, "python3");
    scene.reads(thief, first, GIB);
    scene.reads(thief, first, GIB);
    scene.maps(thief, second, 5);
    scene.sends(thief, MIB);
    scene.sends(thief, 7);

    Reader reader = reader(10);
    assertThat(reader.executable()).isEqualTo("python3");
    assertThat(reader.userId()).isEqualTo(1000);
    assertThat(reader.workload().name()).isEqualTo("server.service");
    assertThat(reader.ended()).isFalse();
    assertThat(reader.readings())
        .extracting(Reading::file, Reading::bytes, Reading::share, Reading::fileSizeBytes)
        .containsExactly(
            tuple("/models/llama/model-00001-of-00004.safetensors", 2 * GIB, 0.5, 3 * GIB),
            tuple("/models/llama/model-00002-of-00004.safetensors", 5L, 5.0 / (4 * GIB), GIB));
    assertThat(reader.readings().get(0).model())
        .isEqualTo(new ModelSet("llama", "safetensors", 4 * GIB));
    assertThat(reader.sent().bytes()).isEqualTo(MIB + 7);
    assertThat(reader.sent().peer()).isEqualTo("203.0.113.7");
    assertThat(reader.sent().port()).isEqualTo(443);
    assertThat(reader.sent().scope()).isEqualTo("public");
  }

  @Test
  void aRate_isTheMeanOfFiveSeconds_andEndsWithThem() {
    int model = scene.model(GIB);
    ProcessKey reader = scene.starts(10, "python3");
    for (int second = 0; second < 20; second++) {
      scene.reads(reader, model, 30 * MIB);
      scene.reads(reader, model, 10 * MIB);
      scene.passesSecond();
      assertThat(rate()).isBetween(39 * MIB, 41 * MIB);
    }
    scene.passes(Duration.ofSeconds(3));
    assertThat(rate()).isBetween(MIB, 20 * MIB);
    scene.passes(Duration.ofSeconds(7));
    assertThat(rate()).isZero();
    assertThat(reader(10).idleSeconds()).isEqualTo(11);
  }

  @Test
  void whoSendsWithoutHavingReadItself_isShownWithHowItCameToHoldIt() {
    ProcessKey parent = scene.starts(10, "server");
    scene.reads(parent, scene.model(GIB), GIB);
    scene.sends(scene.forks(parent, 11, "curl"), MIB);

    Reader child = reader(11);
    assertThat(child.sent().bytes()).isEqualTo(MIB);
    assertThat(child.readings())
        .singleElement()
        .satisfies(
            held -> {
              assertThat(held.file()).isEqualTo("[held: parent]");
              assertThat(held.model().name()).isEqualTo("llama");
              assertThat(held.bytes()).isZero();
            });
    int own = scene.model(MIB);
    scene.reads(Scene.key(11), own, 3);
    assertThat(reader(11).readings()).singleElement().matches(read -> read.bytes() == 3);
  }

  @Test
  void whoCopiesTheMemoryOfAServer_isShown() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    scene.scrapes(scene.starts(11, "gdb"), server, "process_vm_readv", MIB);

    assertThat(reader(11).readings())
        .singleElement()
        .satisfies(
            taken -> {
              assertThat(taken.file()).isEqualTo("[memory of 10 server]");
              assertThat(taken.bytes()).isEqualTo(MIB);
              assertThat(taken.model().name()).isEqualTo("llama");
            });
  }

  @Test
  void bytesThatTheKernelCouldNotName_areShown() {
    ProcessKey thief = scene.starts(10, "thief");
    scene.tracker.accept(
        new KernelEvent.BytesUncounted(thief, Direction.READ, scene.increment(GIB)));

    assertThat(reader(10).readings())
        .singleElement()
        .matches(taken -> taken.file().equals("[uncounted]") && taken.bytes() == GIB)
        .matches(taken -> taken.share() == null);
  }

  @Test
  void whatWasMappedBeforeTheAgentStarted_isShown() {
    ProcessKey server = scene.seen(Scene.key(10), null, "server", Origin.RECOVERED);
    int model = scene.model(GIB);
    scene.samples(server, model, GIB / 2);
    scene.samples(server, model, GIB / 4);

    assertThat(reader(10).readings())
        .singleElement()
        .matches(taken -> taken.bytes() == GIB / 2)
        .matches(taken -> taken.share() == 0.5);
  }

  @Test
  void aByteSentOnTheNode_doesNotHideWhereTheRestWent() throws Exception {
    ProcessKey thief = scene.starts(10, "python3");
    scene.reads(thief, scene.model(GIB), GIB);
    scene.sends(thief, flow(InetAddress.getByName("127.0.0.1"), Role.INITIATED), 1);
    assertThat(reader(10).sent().scope()).isEqualTo("loopback");
    scene.sends(thief, flow(PUBLIC, Role.INITIATED), GIB);
    scene.passesSecond();
    scene.sends(thief, flow(InetAddress.getByName("127.0.0.1"), Role.INITIATED), 1);

    assertThat(reader(10).sent().peer()).isEqualTo("203.0.113.7");
    assertThat(reader(10).sent().bytes()).isEqualTo(GIB + 2);
  }

  @Test
  void acceptedPeers_areCutAsOnSpans() {
    ProcessKey server = scene.starts(10, "server");
    scene.reads(server, scene.model(GIB), GIB);
    scene.sends(server, flow(PUBLIC, Role.ACCEPTED), 1);

    assertThat(reader(10).sent().peer()).isEqualTo("203.0.113.0/24");
  }

  @Test
  void whoEnded_isShownForFiveMinutes() {
    ProcessKey thief = scene.starts(10, "cp");
    scene.reads(thief, scene.model(GIB), GIB);
    scene.passesSecond();
    scene.ends(thief);
    scene.passes(Duration.ofMinutes(5));
    assertThat(reader(10).ended()).isTrue();
    assertThat(reader(10).readings()).singleElement().matches(taken -> taken.bytes() == GIB);
    scene.passesSecond();
    assertThat(scene.tracker.view().readers()).isEmpty();
    assertThat(scene.tracker.view().endedForgotten()).isZero();
  }

  @Test
  void whoOnlyOpened_isNotShown() {
    scene.model(GIB);
    scene.sends(scene.starts(10, "stat"), MIB);
    assertThat(scene.tracker.view().readers()).isEmpty();
  }

  @Test
  void aFloodOfShortReaders_isBoundedAndToldAsANumber_andHidesNoLivingOne() {
    int model = scene.model(GIB);
    ProcessKey thief = scene.starts(1, "thief");
    scene.reads(thief, model, 100);
    for (int pid = 2; pid < 10_002; pid++) {
      ProcessKey child = scene.starts(pid, "dd");
      scene.reads(child, model, 1000);
      scene.ends(child);
    }
    scene.reads(thief, model, 1);

    LiveView view = scene.tracker.view();
    assertThat(view.readers()).hasSize(LiveReaders.ENDED + 1);
    assertThat(view.endedForgotten()).isEqualTo(10_000 - LiveReaders.ENDED);
    assertThat(reader(1).readings()).singleElement().matches(taken -> taken.bytes() == 101);
  }

  @Test
  void manyFilesOfOne_hideNobody() {
    ProcessKey tar = scene.starts(1, "tar");
    for (int i = 0; i < 1_500; i++) {
      scene.accesses(tar, scene.model(GIB), "/m/one/" + i + ".gguf", Direction.READ, i);
    }
    scene.reads(scene.starts(2, "thief"), scene.model(GIB), 1);

    List<Reading> shown = reader(1).readings();
    assertThat(shown).hasSize(LiveReaders.SHOWN_OF_ONE);
    assertThat(shown.stream().mapToLong(Reading::bytes).sum()).isEqualTo(1_499L * 1_500 / 2);
    assertThat(shown.get(0).file()).isEqualTo("/m/one/1499.gguf");
    Reading rest = shown.get(LiveReaders.SHOWN_OF_ONE - 1);
    assertThat(rest.file()).isEqualTo("[more files]");
    assertThat(rest.model().name()).isEqualTo("one");
    assertThat(rest.share()).isEqualTo((double) rest.bytes() / (1_500L * GIB));
    assertThat(reader(2).readings()).hasSize(1);
  }

  @Test
  void readersBeyondTheView_areToldAsANumber() {
    int model = scene.model(GIB);
    for (int pid = 1; pid <= LiveReaders.SHOWN + 10; pid++) {
      scene.reads(scene.starts(pid, "dd"), model, pid);
    }
    LiveView view = scene.tracker.view();
    assertThat(view.readers()).hasSize(LiveReaders.SHOWN);
    assertThat(view.readersLeftOut()).isEqualTo(10);
    assertThat(view.readers().get(0).pid()).isEqualTo(LiveReaders.SHOWN + 10);
  }

  @Test
  void filesBeyondWhatIsKeptApart_areAddedUp_untilThereIsRoomAgain() {
    ProcessKey tar = scene.starts(1, "tar");
    for (int i = 0; i < LiveReaders.THINGS; i++) {
      scene.accesses(tar, scene.model(GIB), "/m/model" + i + "/w.gguf", Direction.READ, 9);
    }
    ProcessKey cat = scene.starts(2, "cat");
    scene.accesses(cat, scene.model(GIB), "/m/other/w.gguf", Direction.READ, 3);
    scene.accesses(cat, scene.model(GIB), "/m/another/w.gguf", Direction.READ, 4);
    assertThat(reader(2).readings())
        .containsExactly(
            new Reading(new ModelSet("", "unknown", 0), "[more files]", 0, 7, null, 7));

    scene.ends(tar);
    scene.reads(scene.starts(3, "cp"), scene.model(GIB), GIB);
    assertThat(reader(3).readings()).singleElement().matches(taken -> taken.bytes() == GIB);
    assertThat(scene.tracker.view().endedForgotten()).isEqualTo(1);
  }

  private long rate() {
    return reader(10).readings().get(0).bytesPerSecond();
  }

  private Reader reader(int pid) {
    return scene.tracker.view().readers().stream()
        .filter(reader -> reader.pid() == pid)
        .findFirst()
        .orElseThrow();
  }
}
