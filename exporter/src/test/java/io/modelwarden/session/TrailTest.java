// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Measurement.NetworkIo;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Model data that go over pipes, sockets and files: who holds them afterwards, and who never does.
 */
class TrailTest {

  private static final String CONTAINER = "/docker/" + "a".repeat(64);
  private static final long PIPE = 1;
  private static final long SOCKET = 2;
  private static final long PORTS = -1;
  private static final long FILE = 1000;
  private static final long KIB = 1 << 10;

  private final Scene scene = new Scene();
  private int model;

  @Test
  void receiver_sendsWithTheNameSizeAndFileOfTheModel() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey cat = scene.starts(10, "cat");
    scene.reads(cat, scene.model(GIB), GIB);
    scene.writes(cat, Channel.PIPE, PIPE, GIB);
    scene.ends(cat);
    ProcessKey nc = reader(11, "nc");
    scene.receives(nc, Channel.PIPE, PIPE, 700 * MIB);
    scene.sends(nc, 700 * MIB);
    scene.ends(nc);

    Evidence egress = scene.sink.spansOf(EgressFacts.class).get(0);
    EgressFacts facts = scene.sink.lastFacts(EgressFacts.class);
    assertThat(egress.model()).isEqualTo(new ModelSet("llama", "safetensors", GIB));
    assertThat(facts.path()).isEqualTo("/models/llama/model-00001-of-00004.safetensors");
    assertThat(facts.holding()).isEqualTo(new Holding(700 * MIB, 0, 1, Via.PIPE));
    assertThat(egress.links())
        .containsExactly(scene.sink.spansOf(FileAccessFacts.class).get(0).identity());
    assertThat(bytesSent()).isEqualTo(700 * MIB);
  }

  @Test
  void ageOfTheDataAtTheReceiver_isThatOfTheLastBytesThatCame() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey cat = scene.starts(10, "cat");
    scene.reads(cat, scene.model(GIB), GIB);
    scene.writes(cat, Channel.SOCKET, SOCKET, GIB);
    scene.passes(Duration.ofMinutes(1));
    ProcessKey relay = reader(11, "socat");
    scene.receives(relay, Channel.SOCKET, SOCKET, GIB);
    scene.passes(Duration.ofHours(1));
    scene.sends(relay, GIB);
    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.lastFacts(EgressFacts.class).holding())
        .isEqualTo(new Holding(GIB, 3600, 1, Via.SOCKET));
  }

  /** Maps are read in no order, and a verdict may come after the theft. */
  @Test
  void whateverComesFirst_readWriteSendOrVerdict_allIsCounted() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey first = reader(11, "gzip");
    ProcessKey second = reader(12, "nc");
    int file = scene.file(GIB, Verdict.UNDECIDED);
    scene.sends(second, 300 * MIB);
    scene.receives(second, Channel.SOCKET, SOCKET, 300 * MIB);
    scene.receives(first, Channel.PIPE, PIPE, GIB);
    scene.writes(first, Channel.SOCKET, SOCKET, 300 * MIB);
    ProcessKey cat = scene.starts(10, "cat");
    scene.reads(cat, file, GIB);
    scene.writes(cat, Channel.PIPE, PIPE, GIB);
    assertThat(scene.sink.measurements).isEmpty();

    scene.decides(file, GIB, Verdict.MODEL);
    assertThat(bytesSent()).isEqualTo(300 * MIB);
    scene.ends(second);
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().dataBytes()).isEqualTo(300 * MIB);
  }

  /** A write of all that has not returned yet: nothing is known but that it could write. */
  @Test
  void writerThatHasNotReturned_passesItsMark() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey thief = scene.starts(10, "python3");
    scene.writes(thief, Channel.PIPE, PIPE, 0);
    scene.reads(thief, scene.model(GIB), GIB);
    ProcessKey nc = reader(11, "nc");
    scene.receives(nc, Channel.PIPE, PIPE, 100 * MIB);
    scene.sends(nc, 100 * MIB);

    assertThat(bytesSent()).isEqualTo(100 * MIB);
  }

  @Test
  void readerOfAPipeIntoWhichOthersWrite_holdsNothing() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey silent = scene.starts(10, "sha256sum");
    scene.writes(silent, Channel.PIPE, PIPE, 0);
    scene.reads(silent, scene.model(GIB), GIB);
    ProcessKey mail = reader(11, "mail");
    scene.receives(mail, Channel.PIPE, PIPE, 1000);
    scene.sends(mail, 1000);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void whoCouldWriteAndReadNothing_holdsNothing() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey thief = scene.starts(10, "python3");
    scene.reads(thief, scene.model(GIB), GIB);
    scene.writes(thief, Channel.PIPE, PIPE, MIB);
    ProcessKey other = reader(11, "sh");
    scene.writes(other, Channel.PIPE, PIPE, MIB);
    scene.sends(other, MIB);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void childOfAReceiver_holdsWhatCameBeforeTheFork() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey shell = receivesAll(11, "sh");
    scene.passesSecond();
    ProcessKey child = scene.forks(shell, 12, "curl");
    scene.sends(child, GIB);

    assertThat(bytesSent()).isEqualTo(GIB);
  }

  @Test
  void shipperOfAServersLog_staysClean_howeverLongItIs() {
    ProcessKey server = server();
    ProcessKey shipper = reader(11, "fluent-bit");
    for (int minute = 0; minute < 24 * 60; minute++) {
      scene.writes(server, Channel.PIPE, PIPE, 5 * MIB);
      scene.receives(shipper, Channel.PIPE, PIPE, 5 * MIB);
      scene.sends(shipper, 5 * MIB);
      scene.passes(Duration.ofMinutes(1));
    }
    assertThat(scene.sink.measured(NetworkIo.class)).isEmpty();
  }

  /** Others write to the same pipe: what the server wrote itself is what counts. */
  @Test
  void shipperOfALogThatOthersFill_staysClean() {
    ProcessKey server = server();
    ProcessKey shipper = reader(11, "fluent-bit");
    scene.writes(server, Channel.PIPE, PIPE, 100);
    scene.receives(shipper, Channel.PIPE, PIPE, GIB);
    scene.sends(shipper, GIB);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void shareOfTheModelWithinTheWindow_isMoreThanALog() {
    ProcessKey server = server();
    ProcessKey child = reader(11, "gzip");
    for (int minute = 0; minute < 5; minute++) {
      assertThat(bytesSent()).isZero();
      scene.writes(server, Channel.PIPE, PIPE, 11 * MIB);
      scene.receives(child, Channel.PIPE, PIPE, 11 * MIB);
      scene.sends(child, 11 * MIB);
      scene.passes(Duration.ofSeconds(20));
    }
    assertThat(bytesSent()).isEqualTo(55 * MIB);
  }

  @Test
  void sidecarProxy_towardsWhichAServerStreamsForAnHour_staysClean() {
    ProcessKey server = server();
    scene.at("/docker/" + "b".repeat(64), Entrance.ENTRYPOINT);
    ProcessKey envoy = reader(11, "envoy");
    for (int second = 0; second < 3600; second++) {
      scene.answers(server, PORTS, MIB);
      scene.receives(envoy, Channel.SOCKET, PORTS, MIB);
      scene.sends(envoy, MIB);
      scene.passesSecond();
    }
    assertThat(scene.sink.measured(NetworkIo.class)).isEmpty();
  }

  @Test
  void serviceOfTheMachine_isAServerToo() {
    scene.at("/system.slice/dockerd.service", Entrance.UNKNOWN);
    ProcessKey dockerd = receivesAll(11, "dockerd");
    ProcessKey client = reader(12, "docker");
    scene.writes(dockerd, Channel.SOCKET, SOCKET, MIB);
    scene.receives(client, Channel.SOCKET, SOCKET, MIB);
    scene.sends(client, MIB);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void execInTheServersContainer_isNoServer() {
    server();
    scene.inExecSession(1);
    ProcessKey cat = scene.starts(12, "cat");
    scene.reads(cat, 1, MIB);
    scene.writes(cat, Channel.SOCKET, PORTS, MIB);
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey relay = reader(13, "socat");
    scene.receives(relay, Channel.SOCKET, PORTS, MIB);
    scene.sends(relay, MIB);

    assertThat(bytesSent()).isEqualTo(MIB);
  }

  /** The ports belong to others by then. */
  @Test
  void portsThatWereQuietForLong_areOtherPorts() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey thief = scene.starts(10, "python3");
    scene.reads(thief, scene.model(GIB), GIB);
    scene.writes(thief, Channel.SOCKET, PORTS, MIB);
    scene.passes(Duration.ofMinutes(11));
    ProcessKey other = reader(11, "postgres");
    scene.receives(other, Channel.SOCKET, PORTS, MIB);
    scene.sends(other, MIB);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void markThatCameOverAPipe_endsADayAfterTheLastBytes_andIsCounted() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey relay = receivesAll(11, "tmux");
    scene.holdsOpen.remove(relay);
    scene.passes(Duration.ofHours(23));
    assertThat(scene.marksEnded).doesNotContain(relay);
    assertThat(scene.tracker.losses().get(SessionLoss.TRAIL_EXPIRED)).isZero();

    scene.passes(Duration.ofMinutes(61));
    assertThat(scene.marksEnded).contains(relay);
    assertThat(scene.tracker.losses().get(SessionLoss.TRAIL_EXPIRED)).isEqualTo(1);
  }

  @Test
  void channels_areBounded_andTheLossIsCounted() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey thief = scene.starts(10, "python3");
    int most = TrailSettings.defaults().channels() / 2;
    for (int channel = 1; channel <= most + 7; channel++) {
      scene.writes(thief, Channel.PIPE, channel, MIB);
    }
    assertThat(scene.tracker.losses().get(SessionLoss.CHANNEL_EVICTED)).isEqualTo(7);
  }

  /** A hash, a line, an order: nothing of a model comes over with those. */
  @Test
  void lessThanAPageWithinTheWindow_isTalk_howeverOftenItComes() {
    ProcessKey holder = holder(10, "ssh-agent");
    ProcessKey client = reader(11, "git");
    for (int time = 0; time < 100; time++) {
      scene.writes(holder, Channel.SOCKET, SOCKET, 4095);
      scene.receives(client, Channel.SOCKET, SOCKET, 4095);
      scene.sends(client, 4095);
      scene.passes(Duration.ofMinutes(11));
    }
    assertThat(bytesSent()).isZero();

    scene.writes(holder, Channel.SOCKET, SOCKET, 4096);
    scene.receives(client, Channel.SOCKET, SOCKET, 4096);
    scene.sends(client, 4096);
    assertThat(bytesSent()).isEqualTo(4095 + 4096); // it may have held the last before too
  }

  /**
   * What was read to its end, and whose writer is gone, pushes out nothing that may still go on.
   */
  @Test
  void connectionsWithoutEnd_thatAreOver_takeNoRoom() {
    ProcessKey slow = holder(10, "python3");
    scene.writes(slow, Channel.PIPE, PIPE, MIB);
    ProcessKey sink = reader(11, "sink");
    for (int each = 0; each < 10_000; each++) {
      ProcessKey child = holder(1000 + each, "curl");
      scene.writes(child, Channel.SOCKET, PORTS - each, 4 * KIB);
      scene.receives(sink, Channel.SOCKET, PORTS - each, 4 * KIB);
      scene.ends(child);
    }
    assertThat(scene.tracker.losses().get(SessionLoss.CHANNEL_EVICTED)).isZero();
    ProcessKey nc = reader(12, "nc");
    scene.receives(nc, Channel.PIPE, PIPE, MIB);
    scene.sends(nc, MIB);
    assertThat(bytesSent()).isEqualTo(MIB);
  }

  /** What was only looked at (tee, MSG_PEEK) is there for the next one. */
  @Test
  void readerWhoComesAfterAnother_holdsTheModelToo() {
    ProcessKey cat = holder(10, "cat");
    scene.writes(cat, Channel.PIPE, PIPE, MIB);
    ProcessKey tee = reader(11, "tee");
    scene.receives(tee, Channel.PIPE, PIPE, MIB);
    scene.ends(cat);
    ProcessKey nc = reader(12, "nc");
    scene.receives(nc, Channel.PIPE, PIPE, MIB);
    scene.sends(nc, MIB);

    assertThat(bytesSent()).isEqualTo(MIB);
  }

  /**
   * What lies in memory is not used up by who has read it first, and so is pushed out by nobody.
   */
  @Test
  void memoryOfOneThatHasEnded_isNoStreamThatIsOver_andItsLossIsCounted() {
    ProcessKey thief = holder(10, "python3");
    ProcessKey first = reader(11, "first");
    scene.writes(thief, Channel.MEMORY, FILE, GIB);
    scene.receives(first, Channel.MEMORY, FILE, GIB);
    for (int each = 1; each <= 255; each++) {
      scene.writes(thief, Channel.MEMORY, FILE + each, MIB);
      scene.receives(first, Channel.MEMORY, FILE + each, MIB);
    }
    scene.ends(thief);
    ProcessKey other = holder(12, "other");
    for (int each = 1; each <= 2; each++) {
      scene.writes(other, Channel.MEMORY, FILE + 1000 + each, MIB);
    }
    assertThat(scene.tracker.losses().get(SessionLoss.CHANNEL_EVICTED)).isEqualTo(2);
  }

  @Test
  void writersOfOneChannelThatEndWithoutEnd_areBounded_andTheLossIsCounted() {
    for (int each = 0; each < 100; each++) {
      ProcessKey child = holder(1000 + each, "echo");
      scene.writes(child, Channel.PIPE, PIPE, 4 * KIB);
      scene.ends(child);
    }
    assertThat(scene.tracker.losses().get(SessionLoss.CHANNEL_EVICTED)).isEqualTo(36);
  }

  /** A runtime may hold a model (docker cp); what it starts has nothing of its memory. */
  @Test
  void containerThatAHolderStarts_holdsNothing_untilItReadsFromIt() {
    ProcessKey runtime = holder(10, "podman");
    scene.passesSecond();
    ProcessKey init = scene.forks(runtime, 11, "runc:[2:INIT]");
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    ProcessKey entrypoint = scene.executes(init, "server");
    scene.sends(entrypoint, MIB);
    ProcessKey shell = scene.executes(entrypoint, "sh");
    assertThat(bytesSent()).isZero();

    scene.writes(runtime, Channel.PIPE, PIPE, MIB);
    scene.receives(shell, Channel.PIPE, PIPE, MIB);
    scene.sends(shell, MIB);
    assertThat(bytesSent()).isEqualTo(MIB);
  }

  @Test
  void readerOfACopyOnDisk_sendsWithTheNameSizeAndFileOfTheModel_hoursLater() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey tar = scene.starts(10, "tar");
    scene.reads(tar, scene.model(GIB), GIB);
    scene.writes(tar, Channel.FILE, FILE, GIB);
    scene.ends(tar);
    scene.passes(Duration.ofHours(3));
    ProcessKey curl = reader(11, "curl");
    scene.receives(curl, Channel.FILE, FILE, GIB);
    scene.sends(curl, GIB);
    scene.ends(curl);

    EgressFacts facts = scene.sink.lastFacts(EgressFacts.class);
    assertThat(facts.path()).isEqualTo("/models/llama/model-00001-of-00004.safetensors");
    assertThat(facts.holding()).isEqualTo(new Holding(GIB, 0, 1, Via.FILE));
    assertThat(bytesSent()).isEqualTo(GIB);
  }

  @Test
  void readerOfALineThatAHolderAddedToALargeLog_holdsNothing() {
    ProcessKey shipper = reader(11, "fluent-bit");
    ProcessKey thief = holder(10, "python3");
    scene.writes(thief, Channel.FILE, FILE, MIB - 1);
    scene.receives(shipper, Channel.FILE, FILE, GIB);
    scene.sends(shipper, GIB);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void piecesOfACopy_addUp_whoeverWroteThem() {
    ProcessKey curl = reader(11, "curl");
    for (int piece = 0; piece < 16; piece++) {
      assertThat(bytesSent()).isZero();
      ProcessKey dd = holder(100 + piece, "dd");
      scene.writes(dd, Channel.FILE, FILE + piece, 64 * KIB);
      scene.receives(curl, Channel.FILE, FILE + piece, 64 * KIB);
      scene.sends(curl, 64 * KIB);
    }
    assertThat(bytesSent()).isEqualTo(MIB);
    scene.ends(curl);
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().dataBytes()).isEqualTo(MIB);
  }

  @Test
  void logOfAServer_readAsAWholeAfterADay_isNoCopy() {
    ProcessKey server = server();
    for (int minute = 0; minute < 24 * 60; minute++) {
      scene.writes(server, Channel.FILE, FILE, 5 * MIB);
      scene.passes(Duration.ofMinutes(1));
    }
    ProcessKey shipper = reader(11, "fluent-bit");
    scene.receives(shipper, Channel.FILE, FILE, 7 * GIB);
    scene.sends(shipper, 7 * GIB);

    assertThat(bytesSent()).isZero();
  }

  /** The window is that of the writing: what lies in a file is read at any time. */
  @Test
  void shareOfTheModelThatAServerWroteAtOnce_isACopy_hoursLaterToo() {
    ProcessKey server = server();
    scene.writes(server, Channel.FILE, FILE, 60 * MIB);
    scene.passes(Duration.ofHours(3));
    ProcessKey child = reader(11, "curl");
    scene.receives(child, Channel.FILE, FILE, 60 * MIB);
    scene.sends(child, 60 * MIB);

    assertThat(bytesSent()).isEqualTo(60 * MIB);
  }

  /** Files that are large are looked at first: they may be models themselves. */
  @Test
  void whatWasReadOfACopyBeforeItsVerdict_countsWithIt() {
    ProcessKey tar = holder(10, "tar");
    int file = scene.file(GIB, Verdict.UNDECIDED);
    scene.writes(tar, Channel.FILE, file, GIB);
    ProcessKey curl = reader(11, "curl");
    scene.reads(curl, file, 300 * MIB);
    scene.sends(curl, 300 * MIB);
    assertThat(bytesSent()).isZero();

    scene.decides(file, GIB, Verdict.ORDINARY);
    assertThat(bytesSent()).isEqualTo(300 * MIB);
    scene.reads(curl, file, 100 * MIB); // counted before the kernel knew of the verdict
    scene.sends(curl, 100 * MIB);
    scene.ends(curl);
    assertThat(scene.sink.lastFacts(EgressFacts.class).holding().dataBytes()).isEqualTo(400 * MIB);
  }

  @Test
  void ordinaryFileThatNoHolderWrote_isNoCopy() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey tar = scene.starts(10, "tar");
    int file = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(tar, file, GIB);
    scene.decides(file, GIB, Verdict.ORDINARY);
    scene.sends(tar, GIB);

    assertThat(bytesSent()).isZero();
  }

  @Test
  void whoSharesMemoryWithAHolder_mayHoldItToo() {
    ProcessKey thief = holder(10, "python3");
    scene.writes(thief, Channel.MEMORY, FILE, GIB);
    ProcessKey other = reader(11, "curl");
    scene.receives(other, Channel.MEMORY, FILE, GIB);
    scene.sends(other, 300 * MIB);
    scene.ends(other);

    assertThat(scene.sink.lastFacts(EgressFacts.class).holding())
        .isEqualTo(new Holding(GIB, 0, 1, Via.SHARED_MEMORY));
    assertThat(bytesSent()).isEqualTo(300 * MIB);
  }

  @Test
  void whatIsOnlyPossible_goesOnAsOfAServer_overFork_andOverNoOtherMemory() {
    ProcessKey thief = holder(10, "python3");
    scene.writes(thief, Channel.MEMORY, FILE, GIB);
    ProcessKey compositor = reader(11, "compositor");
    scene.receives(compositor, Channel.MEMORY, FILE, GIB);
    scene.passesSecond();
    ProcessKey child = scene.forks(compositor, 12, "shell");
    scene.writes(child, Channel.MEMORY, FILE + 1, GIB);
    scene.writes(child, Channel.PIPE, PIPE, MIB);
    ProcessKey other = reader(13, "browser");
    scene.receives(other, Channel.MEMORY, FILE + 1, GIB);
    scene.receives(other, Channel.PIPE, PIPE, MIB);
    scene.sends(other, MIB);
    assertThat(bytesSent()).isZero();

    scene.writes(child, Channel.PIPE, PIPE, 60 * MIB);
    scene.receives(other, Channel.PIPE, PIPE, 60 * MIB);
    scene.sends(other, 60 * MIB);
    assertThat(bytesSent()).isEqualTo(61 * MIB);
  }

  @Test
  void workersOfAServer_whoShareMemoryWithIt_holdNothing() {
    ProcessKey server = server();
    scene.writes(server, Channel.MEMORY, FILE, GIB);
    ProcessKey worker = reader(11, "worker");
    scene.receives(worker, Channel.MEMORY, FILE, GIB);
    scene.sends(worker, GIB);

    assertThat(bytesSent()).isZero();
  }

  /** Its writer is no holder of itself because nobody could look at it in time. */
  @Test
  void largeFileThatIsLookedAtTooLate_isNoCopyOfItself() {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey head = scene.starts(10, "head");
    int file = scene.file(GIB, Verdict.UNDECIDED);
    scene.writes(head, file, GIB);
    scene.writes(head, Channel.FILE, file, GIB);
    scene.ends(head);
    scene.passes(Duration.ofMinutes(1));
    scene.decides(file, GIB, Verdict.ORDINARY);
    ProcessKey server = reader(11, "httpd");
    scene.receives(server, Channel.FILE, file, GIB);
    scene.sends(server, GIB);

    assertThat(bytesSent()).isZero();
  }

  /** Many files push out no pipe that was quiet for a while. */
  @Test
  void files_areBoundedApart_andTheLossIsCounted() {
    ProcessKey cat = holder(10, "cat");
    scene.writes(cat, Channel.PIPE, PIPE, MIB);
    int most = TrailSettings.defaults().channels() / 2;
    for (int file = 0; file < most + 7; file++) {
      scene.writes(cat, Channel.FILE, FILE + file, MIB);
    }
    assertThat(scene.tracker.losses().get(SessionLoss.CHANNEL_EVICTED)).isEqualTo(7);
    ProcessKey nc = reader(11, "nc");
    scene.receives(nc, Channel.PIPE, PIPE, MIB);
    scene.sends(nc, MIB);
    assertThat(bytesSent()).isEqualTo(MIB);
  }

  private ProcessKey holder(int pid, String executable) {
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey holder = scene.starts(pid, executable);
    if (model == 0) {
      model = scene.model(GIB);
    }
    scene.reads(holder, model, GIB);
    return holder;
  }

  /** A container's own process that has loaded a model of 1 GiB. */
  private ProcessKey server() {
    scene.at(CONTAINER, Entrance.ENTRYPOINT);
    ProcessKey server = scene.starts(10, "vllm");
    scene.reads(server, scene.model(GIB), GIB);
    scene.at("/user", Entrance.UNKNOWN);
    return server;
  }

  private ProcessKey receivesAll(int pid, String executable) {
    ProcessKey relay = reader(pid, executable);
    scene.at("/user", Entrance.UNKNOWN);
    ProcessKey cat = scene.starts(10, "cat");
    scene.reads(cat, scene.model(GIB), GIB);
    scene.writes(cat, Channel.PIPE, PIPE, GIB);
    scene.receives(relay, Channel.PIPE, PIPE, GIB);
    scene.ends(cat);
    return relay;
  }

  /** One that the kernel armed when it read from a channel. */
  private ProcessKey reader(int pid, String executable) {
    scene.holdsOpen.add(Scene.key(pid)); // which it reads from again and again
    return scene.seen(Scene.key(pid), null, executable, Origin.PASSED);
  }

  private long bytesSent() {
    return scene.sink.measured(NetworkIo.class).stream().mapToLong(NetworkIo::bytes).sum();
  }
}
