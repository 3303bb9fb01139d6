// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.FileAccessed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A processor remembers where the reads of a moment ago were counted: what looks like one of them
 * and is another one is counted where it belongs.
 */
@Tag("kernel")
class ReadInTurnTest {

  private static final long MODEL_BYTES = 3_000_000;
  private static final int CHUNK = 5000;
  private static final int TIMES = 100;
  private static final int MORE_THAN_REMEMBERED = 100;

  @TempDir private Path folder;

  @Test
  void moreFilesThanAreRemembered_areEachCountedToTheByte() {
    List<Path> models =
        IntStream.range(0, MORE_THAN_REMEMBERED).mapToObj(i -> model("m" + i)).toList();
    try (Observed observed = new Observed()) {
      Acts.Running act = Acts.run("read_in_turn", arguments(CHUNK, models));
      observed.settle();
      for (int i = 0; i < models.size(); i++) {
        assertThat(bytes(observed, act.pid(), models.get(i))).isEqualTo((CHUNK + i) * (long) TIMES);
      }
    }
  }

  @Test
  void processesOnOneProcessor_areEachCountedToTheByte() {
    Path model = model("shared");
    List<Acts.Running> acts = new ArrayList<>();
    try (Observed observed = new Observed()) {
      for (int i = 0; i < 40; i++) {
        acts.add(Acts.start("read_in_turn", CHUNK + i, TIMES, model, "--pause"));
      }
      acts.forEach(Acts.Running::goOn);
      acts.forEach(Acts.Running::close);
      observed.settle();
      for (int i = 0; i < acts.size(); i++) {
        assertThat(bytes(observed, acts.get(i).pid(), model)).isEqualTo(2L * (CHUNK + i) * TIMES);
      }
    }
  }

  @Test
  void contentThatChanged_isAnotherFile() {
    List<Path> models = List.of(model("first"), model("second"));
    try (Observed observed = new Observed()) {
      Acts.Running act = Acts.run("read_in_turn", arguments(CHUNK, models, "--change"));
      observed.settle();
      assertThat(bytesInOrder(observed, act.pid(), models.get(0)))
          .containsExactly((long) CHUNK * TIMES, (long) CHUNK * TIMES);
      assertThat(bytesInOrder(observed, act.pid(), models.get(1)))
          .containsExactly((CHUNK + 1L) * TIMES, (CHUNK + 1L) * TIMES);
    }
  }

  @Test
  void nextImageOfAProcess_isAnotherReader() {
    Path model = model("executed");
    try (Observed observed = new Observed()) {
      Acts.Running act = Acts.run("read_in_turn", CHUNK, TIMES, model, "--exec");
      observed.settle();
      Map<Integer, Long> byImage = new TreeMap<>();
      observed
          .accesses(act.pid())
          .forEach(
              read -> byImage.merge(read.process().execId(), read.increment().bytes(), Long::sum));
      assertThat(byImage.values()).containsExactly((long) CHUNK * TIMES, (long) CHUNK * TIMES);
    }
  }

  @Test
  void fileThatIsDecidedToBeNoModel_isCountedNoLonger() throws IOException {
    Path zeros = folder.resolve("zeros.bin");
    try (RandomAccessFile sparse = new RandomAccessFile(zeros.toFile(), "rw")) {
      sparse.setLength(70_000_000);
    }
    try (Observed observed = new Observed();
        Acts.Running act = Acts.start("read_in_turn", CHUNK, TIMES, zeros, "--pause")) {
      observed.settle();
      int id = observed.accesses(act.pid()).findFirst().orElseThrow().fileId();
      while (observed.file(id).verdict() == Verdict.UNDECIDED) {
        observed.settle();
      }
      assertThat(observed.file(id).verdict()).isEqualTo(Verdict.ORDINARY);
      act.goOn();
      observed.settle();
      assertThat(bytes(observed, act.pid(), zeros)).isEqualTo((long) CHUNK * TIMES);
    }
  }

  /** Where a process was counted another one is, when nobody can count it there any more. */
  @Test
  void moreProcessesThanThereIsRoomFor_areEachCountedToTheByte_ifTheyEndBefore() {
    List<Path> models = List.of(model("one"), model("two"), model("three"));
    int room = 64;
    try (Observed observed = new Observed(Map.of("accesses", room), 1 << 20)) {
      for (int round = 0; round < 8; round++) {
        for (int i = 0; i < room / 4; i++) {
          int chunk = CHUNK + round * room + i;
          Acts.Running act = Acts.run("read_in_turn", arguments(chunk, models));
          observed.settle();
          for (int file = 0; file < models.size(); file++) {
            assertThat(bytes(observed, act.pid(), models.get(file)))
                .isEqualTo((chunk + file) * (long) TIMES);
          }
        }
      }
      assertThat(observed.lost("counter_map_full")).isZero();
    }
  }

  private static Object[] arguments(int chunk, List<Path> models, String... options) {
    List<Object> all = new ArrayList<>(List.of(chunk, TIMES));
    all.addAll(models);
    all.addAll(List.of(options));
    return all.toArray();
  }

  private Path model(String name) {
    Path model = folder.resolve(name + ".safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    return model;
  }

  private static long bytes(Observed observed, int pid, Path file) {
    return bytesInOrder(observed, pid, file).sum();
  }

  /** Of each version of the file, the older first. */
  private static LongStream bytesInOrder(Observed observed, int pid, Path file) {
    Map<Integer, Long> byId = new TreeMap<>();
    observed
        .accesses(pid)
        .filter(read -> read.path().equals(file.toString()))
        .sorted(Comparator.comparing(FileAccessed::fileId))
        .forEach(read -> byId.merge(read.fileId(), read.increment().bytes(), Long::sum));
    return byId.values().stream().mapToLong(Long::longValue);
  }
}
