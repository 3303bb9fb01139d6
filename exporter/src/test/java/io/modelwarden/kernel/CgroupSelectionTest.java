// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.ProcessEnded;
import io.modelwarden.probe.CgroupJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which cgroups the kernel side counts, and what those left out cannot do unseen. */
@Tag("kernel")
class CgroupSelectionTest {

  private static final long MODEL_BYTES = 8 + 1024 + 2_000_000 / 16 * 16;
  private static final Path MAP = Acts.path("map_file");
  private static final Path READ = Acts.path("read_file");

  @TempDir private Path folder;

  /** By the path of the outermost cgroup that was given a verdict; selected without one. */
  private static final class ByName implements CgroupJudge {
    private final Map<String, Verdict> verdicts = new HashMap<>();

    ByName with(Cgroup cgroup, Verdict verdict) {
      verdicts.put(cgroup.path(), verdict);
      return this;
    }

    @Override
    public boolean leavesSomeOut() {
      return !verdicts.isEmpty();
    }

    @Override
    public Verdict judge(String cgroupPath) {
      return verdicts.entrySet().stream()
          .filter(each -> (cgroupPath + "/").startsWith(each.getKey() + "/"))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse(Verdict.SELECTED);
    }
  }

  @Test
  void cgroupLeftOut_givesNothing_andTheOtherEveryByte() throws IOException {
    Path served = model();
    Path other = model();
    try (Cgroup selected = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut))) {
      int first = read(leftOut, other);
      int server = read(selected, served);
      observed.settle();
      int second = read(leftOut, other);
      observed.settle();
      assertThat(bytes(observed, server)).isEqualTo(MODEL_BYTES);
      assertThat(observed.accesses(first)).isEmpty();
      assertThat(observed.accesses(second)).isEmpty();
      assertThat(observed.timesArmed(second)).as("not even counted").isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECTED", "LEFT_OUT"})
  void firstRead_isHeldBackUntilItsCgroupIsDecided(CgroupJudge.Verdict verdict) throws IOException {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup cgroup = Cgroup.create();
        Observed observed = new Observed(judge.with(cgroup, CgroupJudge.Verdict.UNDECIDED))) {
      int reader = read(cgroup, model);
      observed.settle();
      assertThat(observed.accesses(reader)).isEmpty();
      assertThat(ends(observed, reader)).as("its end comes after what it did").isZero();
      judge.with(cgroup, verdict);
      observed.settle();
      boolean kept = verdict == CgroupJudge.Verdict.SELECTED;
      assertThat(bytes(observed, reader)).isEqualTo(kept ? MODEL_BYTES : 0);
      assertThat(ends(observed, reader)).isOne();
    }
  }

  /** The API server may be away for hours: what nobody can decide on is told. */
  @Test
  void cgroupThatIsNeverDecided_isToldAfterAWhile() throws Exception {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup cgroup = Cgroup.create();
        Observed observed = new Observed(judge.with(cgroup, CgroupJudge.Verdict.UNDECIDED))) {
      int reader = read(cgroup, model);
      observed.settle();
      assertThat(observed.accesses(reader)).isEmpty();
      Thread.sleep(Observed.PATIENCE.toMillis());
      observed.settle();
      assertThat(bytes(observed, reader)).isEqualTo(MODEL_BYTES);
    }
  }

  /** It lived for less than a poll: its read is told and its end too. */
  @Test
  void cgroupThatIsGoneBeforeAnybodyLooks_isDecidedByItsPath() throws IOException {
    Path kept = model();
    Path dropped = model();
    ByName judge = new ByName();
    try (Observed observed = new Observed(judge.with(Cgroup.create(), leftOut()))) {
      int selected;
      int leftOut;
      try (Cgroup one = Cgroup.create();
          Cgroup other = Cgroup.create()) {
        judge.with(other, leftOut());
        selected = read(one, kept);
        leftOut = read(other, dropped);
      }
      observed.settle();
      assertThat(bytes(observed, selected)).isEqualTo(MODEL_BYTES);
      assertThat(bytes(observed, leftOut)).isZero();
    }
  }

  @Test
  void changedVerdict_actsAtOnce_bothWays() throws IOException {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup cgroup = Cgroup.create();
        Cgroup other = Cgroup.create();
        Observed observed = new Observed(judge.with(other, leftOut()));
        Acts.Running reader = rereader(cgroup, model)) {
      observed.settle();
      assertThat(bytes(observed, reader.truth)).isEqualTo(MODEL_BYTES);
      judge.with(cgroup, leftOut());
      observed.reselect();
      observed.settle();
      Map<String, String> leftOut = reader.goOn();
      observed.settle();
      assertThat(bytes(observed, leftOut)).as("left out").isZero();
      judge.with(cgroup, CgroupJudge.Verdict.SELECTED);
      observed.reselect();
      observed.settle();
      Map<String, String> again = reader.goOn();
      observed.settle();
      assertThat(bytes(observed, again)).as("selected again").isEqualTo(MODEL_BYTES);
    }
  }

  /** Rules come into force while the agent runs, and go. */
  @Test
  void selectionThatBegins_leavesOutWhoWasCounted_untilItEnds() throws IOException {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup cgroup = Cgroup.create();
        Observed observed = new Observed(judge);
        Acts.Running reader = rereader(cgroup, model)) {
      observed.settle();
      assertThat(bytes(observed, reader.truth)).isEqualTo(MODEL_BYTES);
      judge.with(cgroup, leftOut());
      observed.reselect();
      observed.settle();
      Map<String, String> leftOut = reader.goOn();
      observed.settle();
      assertThat(bytes(observed, leftOut)).isZero();
      judge.verdicts.clear();
      observed.reselect();
      observed.settle();
      Map<String, String> again = reader.goOn();
      observed.settle();
      assertThat(bytes(observed, again)).isEqualTo(MODEL_BYTES);
    }
  }

  /** It had read its model long before its label was changed. */
  @Test
  void serverThatIsSelectedLater_isFoundWithItsModel() throws IOException {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup cgroup = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(judge.with(cgroup, leftOut()).with(leftOut, leftOut()));
        Acts.Running server =
            Acts.start("in_cgroup", cgroup.folder(), Acts.path("hold_model"), model)) {
      observed.settle();
      assertThat(observed.liveMapping(server.pid())).isZero();
      judge.with(cgroup, CgroupJudge.Verdict.SELECTED);
      observed.reselect();
      observed.settle();
      assertThat(observed.liveMapping(server.pid())).isEqualTo(MODEL_BYTES);
      int thief = read(leftOut, model);
      observed.settle();
      assertThat(bytes(observed, thief)).isEqualTo(MODEL_BYTES);
    }
  }

  /** Whoever may make cgroups below his own neither escapes nor hides. */
  @Test
  void cgroupsBelow_followTheirs() throws IOException {
    Path served = model();
    Path other = model();
    try (Cgroup selected = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut))) {
      int below = read(selected.child("mine").child("deeper"), served);
      int outside = read(leftOut.child("mine"), other);
      observed.settle();
      int again = read(leftOut.child("another"), other);
      observed.settle();
      assertThat(bytes(observed, below)).isEqualTo(MODEL_BYTES);
      assertThat(observed.accesses(outside)).isEmpty();
      assertThat(observed.accesses(again)).isEmpty();
    }
  }

  @Test
  @Way(value = "a reader that `workloads.*` leaves out", of = READER, bytes = EXACT, by = SYS_EXIT)
  void readerLeftOut_ofASelectedModel_isToldToTheByte() throws IOException {
    Path model = model();
    Path own = model();
    try (Cgroup selected = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut))) {
      read(selected, model);
      read(leftOut, own);
      observed.settle();
      int thief = read(leftOut, model);
      Acts.Running mapper = Acts.run("in_cgroup", leftOut.folder(), MAP, model, 0, MODEL_BYTES, 1);
      int innocent = read(leftOut, own);
      observed.settle();
      assertThat(bytes(observed, thief)).isEqualTo(MODEL_BYTES);
      assertThat(observed.mappings(mapper.pid()).map(each -> each.increment().bytes()))
          .containsExactly(MODEL_BYTES);
      assertThat(observed.accesses(innocent)).isEmpty();
    }
  }

  /** A name, a date, an owner: what a thief can change of a file does not make it nobody's. */
  @Test
  void modelThatWasTouchedByTheThief_staysThatOfTheOthers() throws IOException {
    Path model = model();
    try (Cgroup selected = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut))) {
      read(selected, model);
      read(leftOut, model());
      observed.settle();
      Files.setLastModifiedTime(model, java.nio.file.attribute.FileTime.fromMillis(1));
      Path renamed = Files.move(model, folder.resolve("notes.txt"));
      int thief = read(leftOut, renamed);
      observed.settle();
      assertThat(bytes(observed, thief)).isEqualTo(MODEL_BYTES);
    }
  }

  /** The server's pod is new or the API server away: its model is not open to all meanwhile. */
  @ParameterizedTest
  @ValueSource(strings = {"SELECTED", "LEFT_OUT"})
  void readerLeftOut_ofAModelOfAnUndecidedOne_waitsForThatVerdict(CgroupJudge.Verdict verdict)
      throws IOException {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup server = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed =
            new Observed(
                judge.with(leftOut, leftOut()).with(server, CgroupJudge.Verdict.UNDECIDED))) {
      read(leftOut, model());
      read(server, model);
      observed.settle();
      int thief = read(leftOut, model);
      observed.settle();
      assertThat(observed.accesses(thief)).isEmpty();
      judge.with(server, verdict);
      observed.settle();
      boolean kept = verdict == CgroupJudge.Verdict.SELECTED;
      assertThat(bytes(observed, thief)).isEqualTo(kept ? MODEL_BYTES : 0);
      int later = read(leftOut, model);
      observed.settle();
      assertThat(bytes(observed, later)).isEqualTo(kept ? MODEL_BYTES : 0);
      assertThat(observed.timesArmed(later)).isEqualTo(kept ? 1 : 0);
    }
  }

  /** Also where the reader goes on as it began. */
  @Test
  void readerThatIsLeftOutLater_isCountedNoLonger() throws IOException {
    Path model = model();
    ByName judge = new ByName();
    try (Cgroup cgroup = Cgroup.create();
        Cgroup other = Cgroup.create();
        Observed observed = new Observed(judge.with(other, leftOut()));
        Acts.Running reader =
            Acts.start(
                "in_cgroup",
                cgroup.folder(),
                Acts.path("read_in_turn"),
                5000,
                100,
                model,
                "--pause")) {
      observed.settle();
      judge.with(cgroup, leftOut());
      observed.reselect();
      observed.settle();
      reader.goOn();
      observed.settle();
      assertThat(bytes(observed, reader.pid())).isEqualTo(reader.number("bytes"));
    }
  }

  /** A declared blind spot: nobody has told that it is worth anything. */
  @Test
  void readerLeftOut_ofAModelThatNobodySelectedHasHad_givesNothing() throws IOException {
    Path model = model();
    try (Cgroup selected = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut))) {
      read(leftOut, model());
      observed.settle();
      int early = read(leftOut, model);
      observed.settle();
      int server = read(selected, model);
      observed.settle();
      assertThat(observed.accesses(early)).isEmpty();
      assertThat(bytes(observed, server)).isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  void fullMap_meansCounted_andIsTold() throws IOException {
    Path model = model();
    try (Cgroup first = Cgroup.create();
        Cgroup selected = Cgroup.create();
        Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut), Map.of("cgroup_verdicts", 1))) {
      read(first, model());
      int server = read(selected, model);
      int thief = read(leftOut, model);
      observed.settle();
      assertThat(observed.lost("selection_map_full")).isPositive();
      assertThat(bytes(observed, server)).isEqualTo(MODEL_BYTES);
      assertThat(bytes(observed, thief)).isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  void cgroupsThatAreGone_leaveTheMap() throws IOException {
    Path model = model();
    try (Cgroup leftOut = Cgroup.create();
        Observed observed = new Observed(leaveOut(leftOut))) {
      try (Cgroup parent = Cgroup.create()) {
        for (int i = 0; i < 20; i++) {
          read(parent.child("c" + i), model);
        }
        observed.settle();
        assertThat(observed.cgroupVerdicts()).isGreaterThanOrEqualTo(20);
      }
      observed.settle();
      assertThat(observed.cgroupVerdicts()).isLessThan(20);
    }
  }

  private static ByName leaveOut(Cgroup cgroup) {
    return new ByName().with(cgroup, leftOut());
  }

  private static CgroupJudge.Verdict leftOut() {
    return CgroupJudge.Verdict.LEFT_OUT;
  }

  private static int read(Cgroup cgroup, Path model) {
    return Acts.run("in_cgroup", cgroup.folder(), READ, "read", model, 65536).pid();
  }

  private static long bytes(Observed observed, int pid) {
    return observed
        .accesses(pid)
        .map(FileAccessed::increment)
        .mapToLong(each -> each.bytes())
        .sum();
  }

  private static long bytes(Observed observed, Map<String, String> truth) {
    return bytes(observed, Integer.parseInt(truth.get("pid")));
  }

  /** Reads the model by a process of its own, now and for each line. */
  private static Acts.Running rereader(Cgroup cgroup, Path model) {
    String read = "%s read %s 65536".formatted(READ, model);
    String script = "%s; while read line; do %s; done".formatted(read, read);
    return Acts.start("in_cgroup", cgroup.folder(), "/bin/sh", "-c", script);
  }

  private static long ends(Observed observed, int pid) {
    return observed
        .of(ProcessEnded.class, end -> end.process().pid() == pid && !end.replaced())
        .count();
  }

  private Path model() throws IOException {
    Path model = Files.createTempFile(folder, "weights", ".safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    return model;
  }
}
