// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static io.modelwarden.session.Scene.GIB;
import static io.modelwarden.session.Scene.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.SessionFacts;
import io.modelwarden.session.Measurement.FileIo;
import io.modelwarden.session.Measurement.FileMapped;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileAccessTest {

  private final Scene scene = new Scene();

  @Test
  void aRead_isASpanUnderTheSessionsRoot_onceTheTreeIsQuiet() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.reads(server, shard, 5 * MIB);
    long readAt = scene.now;
    scene.passes(Duration.ofSeconds(2));
    scene.reads(server, shard, 3 * MIB);
    assertThat(scene.sink.spans).isEmpty();

    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.spans).hasSize(2);
    Evidence read = scene.sink.spans.get(0);
    Evidence root = scene.sink.spans.get(1);
    assertThat(read.facts())
        .isEqualTo(
            new FileAccessFacts(
                Action.READ,
                "/models/llama/model-00001-of-00004.safetensors",
                1,
                GIB,
                "safetensors",
                "",
                8 * MIB,
                8 * MIB,
                1.0 / 128));
    assertThat(read.parent()).isEqualTo(root.identity());
    assertThat(read.identity().traceId()).isEqualTo(root.identity().traceId());
    assertThat(read.model()).isEqualTo(new ModelSet("llama", "safetensors", GIB));
    assertThat(read.startEpochNanos()).isEqualTo(readAt);
    assertThat(read.endEpochNanos()).isEqualTo(readAt + 2_000_000_000L);
    assertThat(root.parent()).isNull();
    assertThat(root.facts()).isEqualTo(new SessionFacts());
    assertThat(root.startEpochNanos()).isEqualTo(read.startEpochNanos());
    assertThat(root.endEpochNanos()).isEqualTo(read.endEpochNanos());
    assertThat(read.phase()).isEqualTo(Phase.LOADING);
  }

  @Test
  void sizes_areReportedWhenTheyChange_eachFileOnce() {
    ProcessKey server = scene.starts(10, "server");
    int first = scene.model(GIB);
    int second = scene.model(2 * GIB);
    scene.reads(server, first, MIB);
    scene.reads(server, first, MIB);
    scene.reads(server, second, MIB);
    scene.accesses(
        server,
        scene.model(GIB),
        "/backup/llama/model-00001-of-00004.safetensors",
        Direction.READ,
        MIB);

    assertThat(scene.sink.measured(Measurement.ModelSize.class))
        .extracting(Measurement.ModelSize::bytes)
        .as("a copy of a file that is known adds nothing")
        .containsExactly(GIB, 3 * GIB);
    assertThat(scene.sink.measured(Measurement.FileSize.class)).hasSize(3);
  }

  @Test
  void withoutFilePaths_measurementsTellOnlyTheModel_andSpansTheFile() {
    Scene bare = new Scene(Scene.withoutFilePaths());
    int first = bare.model(GIB);
    int second = bare.model(2 * GIB);
    ProcessKey server = bare.starts(10, "server");
    bare.reads(server, first, 3 * MIB);
    bare.reads(server, second, 5 * MIB);
    bare.maps(server, second, 7 * MIB);
    bare.ends(server);
    ProcessKey next = bare.starts(11, "server");
    bare.reads(next, first, 11 * MIB);
    bare.passes(Duration.ofSeconds(31));

    assertThat(bare.sink.measured(FileIo.class)).extracting(FileIo::path).containsOnly("");
    assertThat(bare.sink.measured(FileIo.class))
        .extracting(FileIo::bytes)
        .containsExactly(3 * MIB, 5 * MIB, 11 * MIB);
    assertThat(bare.sink.measured(FileMapped.class))
        .extracting(FileMapped::path, FileMapped::bytes)
        .containsExactly(tuple("", 7 * MIB));
    assertThat(bare.sink.measured(Measurement.FileSize.class)).isEmpty();
    assertThat(bare.sink.measured(Measurement.ModelSize.class))
        .extracting(Measurement.ModelSize::bytes)
        .containsExactly(GIB, 3 * GIB);
    assertThat(bare.sink.facts(FileAccessFacts.class))
        .extracting(FileAccessFacts::path)
        .contains(String.format(Scene.SHARD, first), String.format(Scene.SHARD, second));
  }

  @Test
  void withoutFilePaths_theMappingSizeIsTheSumOverFilesAndProcesses_andFallsToZero() {
    Scene bare = new Scene(Scene.withoutFilePaths());
    int first = bare.model(GIB);
    int second = bare.model(2 * GIB);
    ProcessKey one = bare.starts(10, "server");
    ProcessKey other = bare.starts(11, "server");
    bare.samples(one, first, GIB);
    bare.samples(one, second, 2 * GIB);
    bare.samples(one, second, 2 * GIB);
    bare.samples(other, first, MIB);
    bare.samples(one, second, 0);
    bare.ends(one);
    bare.samples(other, first, 0);
    bare.passes(Duration.ofSeconds(31));

    assertThat(bare.sink.measured(Measurement.MappingSize.class))
        .extracting(Measurement.MappingSize::path, Measurement.MappingSize::bytes)
        .containsExactly(
            tuple("", GIB),
            tuple("", 3 * GIB),
            tuple("", 3 * GIB + MIB),
            tuple("", GIB + MIB),
            tuple("", MIB),
            tuple("", 0L));
  }

  @Test
  void aFormatThatBecomesKnown_leavesNoSecondSize() {
    ProcessKey server = scene.starts(10, "server");
    FileFacts early = new FileFacts(50, 1, 50, 50, GIB, Verdict.MODEL, "unknown", "", "");
    scene.tracker.accept(new KernelEvent.FileSeen(early));
    scene.reads(server, 50, MIB);
    scene.decides(50, GIB, Verdict.MODEL);
    scene.reads(server, 50, MIB);

    assertThat(scene.sink.measured(Measurement.ModelSize.class))
        .extracting(Measurement.ModelSize::format, Measurement.ModelSize::bytes)
        .containsExactly(tuple("unknown", GIB), tuple("unknown", 0L), tuple("safetensors", GIB));
  }

  @Test
  void slowTheft_ofNineMebibytesAMinute_reachesEveryTotal() {
    ProcessKey thief = scene.starts(10, "cat");
    int shard = scene.model(GIB);
    for (int minute = 0; minute < 120; minute++) {
      scene.reads(thief, shard, 9 * MIB);
      scene.sends(thief, 9 * MIB);
      scene.passes(Duration.ofMinutes(1));
    }

    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes())
        .as("all but the first, after which it was quiet for a minute")
        .isEqualTo(119 * 9 * MIB);
    Evidence.EgressFacts sent = scene.sink.lastFacts(Evidence.EgressFacts.class);
    assertThat(sent.totalBytes()).isEqualTo(120 * 9 * MIB);
    assertThat(sent.holding().dataBytes()).isEqualTo(120 * 9 * MIB);
    assertThat(scene.sink.spans)
        .allSatisfy(
            span ->
                assertThat(span.endEpochNanos() - span.startEpochNanos())
                    .isLessThanOrEqualTo(Duration.ofMinutes(5).toNanos()));
  }

  @Test
  void oneProcessForEachChunk_reachesTheWorkloadsTotals() {
    int shard = scene.model(GIB);
    for (int chunk = 0; chunk < 200; chunk++) {
      ProcessKey process = scene.starts(1000 + chunk, "dd");
      scene.reads(process, shard, 5 * MIB);
      scene.sends(process, 5 * MIB);
      scene.ends(process);
      scene.passesSecond();
    }

    assertThat(scene.sink.lastFacts(FileAccessFacts.class).totalReadBytes()).isEqualTo(1000 * MIB);
    assertThat(scene.sink.lastFacts(Evidence.EgressFacts.class).totalBytes()).isEqualTo(1000 * MIB);
    assertThat(scene.sink.spansOf(SessionFacts.class)).hasSize(200);
  }

  @Test
  void loading_endsAtTwiceTheModelsSize_toTheByte() {
    ProcessKey reader = scene.starts(10, "cat");
    int shard = scene.model(100 * MIB);
    scene.reads(reader, shard, 150 * MIB);
    scene.reads(reader, shard, 150 * MIB);

    List<FileIo> io = scene.sink.measured(FileIo.class);
    assertThat(io).extracting(FileIo::bytes).containsExactly(150 * MIB, 50 * MIB, 100 * MIB);
    assertThat(io).extracting(FileIo::operations).containsExactly(1L, 1L, 0L);
    assertThat(io)
        .extracting(FileIo::phase)
        .containsExactly(Phase.LOADING, Phase.LOADING, Phase.SERVING);
  }

  @Test
  void mappingTwice_addsNothingTheSecondTime() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(server, shard, GIB);
    scene.maps(server, shard, 0);
    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.measured(FileMapped.class))
        .extracting(FileMapped::bytes)
        .containsExactly(GIB);
    assertThat(scene.sink.facts(FileAccessFacts.class))
        .extracting(FileAccessFacts::action, FileAccessFacts::sliceBytes)
        .containsExactly(tuple(Action.MMAP, GIB));
  }

  @Test
  void undecidedThenModel_isCountedFromItsFirstByte() {
    ProcessKey reader = scene.starts(10, "cat");
    int blob = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(reader, blob, 3 * MIB);
    scene.sends(reader, MIB);
    scene.passes(Duration.ofSeconds(2));
    scene.reads(reader, blob, 4 * MIB);
    scene.maps(reader, blob, MIB);
    scene.samples(reader, blob, MIB);
    assertThat(scene.sink.measurements).isEmpty();

    scene.decides(blob, GIB, Verdict.MODEL);

    assertThat(scene.sink.measured(FileIo.class))
        .extracting(FileIo::bytes, FileIo::operations)
        .containsExactly(tuple(7 * MIB, 2L));
    assertThat(scene.sink.measured(FileMapped.class)).hasSize(1);
    assertThat(scene.sink.measured(Measurement.MappingSize.class)).hasSize(1);
    assertThat(scene.sink.measured(Measurement.NetworkIo.class)).hasSize(1);
  }

  @Test
  void undecidedThenOrdinary_leavesNoTrace() {
    ProcessKey reader = scene.starts(10, "tar");
    int archive = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(reader, archive, 3 * MIB);
    scene.sends(reader, MIB);
    scene.decides(archive, GIB, Verdict.ORDINARY);
    scene.reads(reader, archive, 3 * MIB);
    scene.ends(reader);
    scene.passes(Duration.ofMinutes(2));

    assertThat(scene.sink.measurements).isEmpty();
    assertThat(scene.sink.spans).isEmpty();
    assertThat(scene.tracker.losses().byReason().values()).containsOnly(0L);
  }

  @Test
  void deathBeforeTheVerdict_countsAsUnknownFormat() {
    ProcessKey reader = scene.starts(10, "cat");
    int blob = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(reader, blob, 3 * MIB);
    scene.sends(reader, 2 * MIB);
    scene.ends(reader);
    scene.passes(Duration.ofSeconds(4));
    assertThat(scene.sink.spans).isEmpty();

    scene.passes(Duration.ofSeconds(2));

    assertThat(scene.sink.lastFacts(FileAccessFacts.class).format()).isEqualTo("unknown");
    assertThat(scene.sink.lastFacts(Evidence.EgressFacts.class).sliceBytes()).isEqualTo(2 * MIB);
    assertThat(scene.sink.spansOf(SessionFacts.class)).hasSize(1);
    assertThat(scene.tracker.losses().get(SessionLoss.VERDICT_MISSING)).isEqualTo(1);
  }

  @Test
  void verdictSoonAfterDeath_stillDecides() {
    ProcessKey reader = scene.starts(10, "tar");
    int archive = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(reader, archive, 3 * MIB);
    scene.ends(reader);
    scene.passesSecond();
    scene.decides(archive, GIB, Verdict.ORDINARY);
    scene.passes(Duration.ofMinutes(1));

    assertThat(scene.sink.measurements).isEmpty();
    assertThat(scene.tracker.losses().get(SessionLoss.VERDICT_MISSING)).isZero();
  }

  @Test
  void aVerdictAfterDeath_leavesNothingMapped() {
    ProcessKey server = scene.starts(10, "server");
    int blob = scene.file(GIB, Verdict.UNDECIDED);
    scene.maps(server, blob, GIB);
    scene.samples(server, blob, GIB);
    scene.ends(server);
    scene.decides(blob, GIB, Verdict.MODEL);
    scene.passesSecond();

    assertThat(scene.sink.measured(Measurement.MappingSize.class))
        .extracting(Measurement.MappingSize::bytes)
        .containsExactly(GIB, 0L);
    assertThat(scene.tracker.processes()).isZero();
  }

  /** As when it is touched all the time: each time it is another file to the kernel side. */
  @Test
  void aFile_thatNeverGetsAVerdict_countsAfterAMinute_whileItsReaderLives() {
    ProcessKey thief = scene.starts(10, "thief");
    int blob = scene.file(GIB, Verdict.UNDECIDED);
    scene.reads(thief, blob, MIB);
    scene.passes(Duration.ofSeconds(30));
    scene.reads(thief, blob, MIB);
    assertThat(scene.sink.measurements).isEmpty();

    scene.passes(Duration.ofSeconds(31));
    assertThat(scene.sink.measured(Measurement.FileIo.class).stream().mapToLong(m -> m.bytes()))
        .containsExactly(2 * MIB);
    assertThat(scene.tracker.losses().get(SessionLoss.VERDICT_MISSING)).isEqualTo(1);
  }

  @Test
  void workersOfOneTree_loadingManyShards_makeFewSpans() {
    ProcessKey parent = scene.starts(10, "server");
    int[] shards = new int[192];
    for (int i = 0; i < shards.length; i++) {
      shards[i] = scene.model(MIB);
    }
    scene.maps(parent, shards[0], MIB);
    for (int worker = 0; worker < 8; worker++) {
      ProcessKey process = scene.forks(parent, 100 + worker, "server");
      for (int shard : shards) {
        scene.maps(process, shard, MIB);
      }
    }
    scene.passes(Duration.ofSeconds(31));

    List<FileAccessFacts> spans = scene.sink.facts(FileAccessFacts.class);
    assertThat(spans).hasSizeLessThanOrEqualTo(34);
    assertThat(spans.stream().mapToLong(FileAccessFacts::sliceBytes).sum())
        .isEqualTo((1 + 8 * 192) * MIB);
    assertThat(spans).anySatisfy(merged -> assertThat(merged.path()).isEmpty());
    assertThat(scene.sink.spansOf(SessionFacts.class)).hasSize(1);
  }

  @Test
  void aSpanOfSeveralWorkers_outlivesTheFirstOfThem() {
    ProcessKey parent = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(parent, scene.model(GIB), MIB);
    ProcessKey first = scene.forks(parent, 11, "server");
    ProcessKey second = scene.forks(parent, 12, "server");
    scene.reads(first, shard, MIB);
    scene.reads(second, shard, MIB);
    scene.ends(first);
    assertThat(scene.sink.spans).isEmpty();
    scene.reads(second, shard, MIB);
    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.facts(FileAccessFacts.class))
        .extracting(FileAccessFacts::sliceBytes)
        .containsExactly(MIB, 3 * MIB);
  }

  @Test
  void anotherExecutableOfTheTree_isNotMergedIntoTheServersSpan() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.reads(server, shard, MIB);
    ProcessKey thief = scene.forks(server, 11, "cat");
    scene.reads(thief, shard, MIB);
    scene.passes(Duration.ofSeconds(31));

    assertThat(scene.sink.spansOf(FileAccessFacts.class))
        .extracting(span -> span.process().executableName())
        .containsExactly("server", "cat");
  }

  @Test
  void aProcessThatEndsInTheMiddleOfASlice_leavesItsSpanAtOnce() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.reads(server, shard, MIB);
    ProcessKey thief = scene.forks(server, 11, "cat");
    scene.reads(thief, shard, 2 * MIB);
    scene.ends(thief);

    assertThat(scene.sink.spans).hasSize(1);
    assertThat(scene.sink.spans.get(0).process().key()).isEqualTo(thief);

    scene.ends(server);

    assertThat(scene.sink.spans).hasSize(3);
    assertThat(scene.sink.spansOf(SessionFacts.class)).hasSize(1);
  }

  @Test
  void bytesThatTheKernelHadNoRoomFor_stayInTheTotals() {
    ProcessKey reader = scene.starts(10, "cat");
    scene.tracker.accept(
        new KernelEvent.BytesUncounted(reader, Direction.READ, scene.increment(7 * MIB)));

    FileIo io = scene.sink.measured(FileIo.class).get(0);
    assertThat(io.path()).isEmpty();
    assertThat(io.model()).isEmpty();
    assertThat(io.bytes()).isEqualTo(7 * MIB);
  }

  @Test
  void mappingSize_isTheSumOverTheWorkloadsProcesses() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(server, shard, GIB);
    scene.samples(server, shard, GIB);
    ProcessKey worker = scene.forks(server, 11, "server");
    scene.samples(worker, shard, GIB);
    scene.samples(server, shard, MIB);
    scene.ends(worker);
    scene.samples(server, shard, 0);

    assertThat(scene.sink.measured(Measurement.MappingSize.class))
        .extracting(Measurement.MappingSize::bytes)
        .containsExactly(GIB, 2 * GIB, GIB + MIB, MIB, 0L);
  }

  @Test
  void mappingSize_movesFromLoadingToServing() {
    ProcessKey server = scene.starts(10, "server");
    int shard = scene.model(GIB);
    scene.maps(server, shard, GIB);
    scene.samples(server, shard, GIB);
    scene.passes(Duration.ofMinutes(11));
    scene.samples(server, shard, GIB - MIB);

    assertThat(scene.sink.measured(Measurement.MappingSize.class))
        .extracting(Measurement.MappingSize::phase, Measurement.MappingSize::bytes)
        .containsExactly(
            tuple(Phase.LOADING, GIB), tuple(Phase.LOADING, 0L), tuple(Phase.SERVING, GIB - MIB));
  }
}
