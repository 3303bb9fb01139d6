// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.Coverage;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.session.CoverageProbe;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of a file was read, each part once, whatever the order and the calls. */
@Tag("kernel")
class ReadCoverageTest {

  /** 512 slots of 64 KiB, the last one half. */
  private static final long FILE_BYTES = (32 << 20) - (32 << 10);

  private static final long SLOT = 64 << 10;
  private static final long HALF = 16 << 20;

  /** Not in memory: a file there has no holes that a read sees. */
  @TempDir(factory = BuildFolder.class)
  static Path folder;

  @AutoClose private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    model = folder.resolve("model.safetensors");
    Acts.run("make_model", model, FILE_BYTES);
    observed = new Observed();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read",
        "pread64",
        "preadv",
        "preadv2",
        "sendfile",
        "sendfile_at",
        "splice",
        "mmap"
      })
  @Way(
      value = "all of a model in random order",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      note = "and each part once")
  void wholeFile_inAnyOrder_isCoveredOnce(String method) {
    assertThat(distinct(act(method, SLOT, "forward"))).isEqualTo(FILE_BYTES);
    assertThat(distinct(act(method, SLOT, "shuffled"))).isEqualTo(FILE_BYTES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "pread64", "preadv", "preadv2", "sendfile", "splice", "mmap"})
  @Way(
      value = "one part of a model over and over",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      note = "and as that part alone")
  void oneBlock_readAsOftenAsThereAreBlocks_isThatBlock(String method) {
    Acts.Running act = act(method, SLOT, "same");
    assertThat(act.number("bytes")).isEqualTo(512 * SLOT);
    assertThat(distinct(act)).isEqualTo(SLOT);
  }

  /** What a request reads is known to the byte, wherever it is carried out. */
  @ParameterizedTest
  @CsvSource({
    "uring_read, plain",
    "uring_read, worker",
    "uring_read, polled",
    "uring_read, deferred",
    "uring_read, vector",
    "uring_read, fixed_file",
    "uring_read, fixed_buffer",
    "uring_read, slot",
    "uring_read, chain",
    "uring_read, splice",
    "uring_read, direct",
    "uring_read, inherited",
    "uring_read, full_ring",
    "uring_read, silent",
    "uring_read, silent_vector",
    "uring_read, silent_worker",
    "uring_read, silent_fixed",
    "uring_read, silent_splice",
    "aio_read, plain",
    "aio_read, ring",
    "aio_read, batch",
    "aio_read, vector",
    "aio_read, direct",
    "aio_read, int80",
    "odd_read, int80_pread",
    "odd_read, dirty_pread"
  })
  void wholeFile_byRequestsAndOddCalls_isCoveredWhereItWasRead(String act, String method) {
    Acts.Running running = Acts.run(act, method, model, SLOT);
    assertThat(distinct(running)).isEqualTo(FILE_BYTES);
    assertThat(reads(running))
        .allSatisfy(
            read -> {
              assertThat(read.coverage().unplacedBytes()).isZero();
              assertThat(coveredSlots(read)).isEqualTo(Coverage.SLOTS);
            });
  }

  /** A request that failed has read nothing, though it was counted before. */
  @Test
  void silentRequestThatFails_coversNothing() {
    assertThat(distinct(Acts.run("uring_read", "silent_failed", model, SLOT))).isZero();
  }

  @Test
  void copyFileRange_isCoveredByTheSourcesPosition() {
    Acts.Running act =
        Acts.run(
            "read_parts",
            "copy_file_range",
            model,
            SLOT,
            "shuffled",
            "--to",
            HALF,
            "--out",
            folder.resolve("copy.bin"));
    assertThat(distinct(act)).isEqualTo(HALF);
  }

  @Test
  void partsOfASlot_areNoMoreThanWasRead() {
    Acts.Running act = act("pread64", 4096, "forward", "--to", 3 * SLOT + 4096);
    assertThat(act.number("bytes")).isEqualTo(3 * SLOT + 4096);
    assertThat(distinct(act)).isEqualTo(3 * SLOT + 4096);
  }

  /** The error of the resolution: what is read twice within a slot may have been another part. */
  @Test
  void partOfASlot_readTwice_isAtMostThatSlot() {
    Acts.Running act = act("pread64", SLOT / 4, "same", "--to", 2 * SLOT);
    assertThat(act.number("bytes")).isEqualTo(2 * SLOT);
    assertThat(distinct(act)).isEqualTo(SLOT);
  }

  @Test
  void halvesOfTwoProcesses_areTheWhole_andEqualHalvesAreOne() {
    Acts.Running lower = act("pread64", SLOT, "shuffled", "--to", HALF);
    Acts.Running upper = act("read", SLOT, "forward", "--from", HALF);
    Acts.Running again = act("preadv", SLOT, "shuffled", "--to", HALF);
    assertThat(distinct(lower)).isEqualTo(HALF);
    assertThat(distinct(lower, again)).isEqualTo(HALF);
    assertThat(distinct(lower, upper)).isEqualTo(FILE_BYTES);
  }

  @Test
  void holes_areAPartOfTheFile_forWhoReadsThemOnly() throws IOException {
    Path sparse = folder.resolve("sparse.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
      file.write(new byte[(int) SLOT]);
      file.seek(HALF);
      file.write(new byte[(int) SLOT]);
      file.setLength(FILE_BYTES);
    }
    assertThat(distinct(Acts.run("read_parts", "pread64", sparse, SLOT, "forward")))
        .isEqualTo(FILE_BYTES);
    assertThat(distinct(Acts.run("read_parts", "pread64", sparse, SLOT, "data")))
        .isEqualTo(2 * SLOT);
  }

  /** Whoever can move the position in secret is believed nothing: each byte may be another one. */
  @Test
  @Way(
      value = "reads at a position that another thread may move meanwhile",
      of = READ,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "where they lie: as parts that nobody had read before")
  void readsByAPositionThatOthersCanMove_countAsDistinct() {
    assertThat(distinct(act("read", SLOT, "same", "--thread"))).isEqualTo(FILE_BYTES);
    assertThat(distinct(act("pread64", SLOT, "same", "--thread"))).isEqualTo(SLOT);
  }

  /** An offset in memory may have been changed before anybody could look at it. */
  @Test
  @Way(
      value = "an offset in memory that may be changed meanwhile (`sendfile`)",
      of = READ,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "where they lie: as parts that nobody had read before")
  void sendfileWithAnOffsetInMemory_countsAsDistinct() {
    assertThat(distinct(act("sendfile_at", SLOT, "same"))).isEqualTo(FILE_BYTES);
  }

  @Test
  void oneReadOfManySlots_coversThemAll() {
    assertThat(distinct(act("pread64", FILE_BYTES, "forward"))).isEqualTo(FILE_BYTES);
    assertThat(distinct(act("pread64", 10 * SLOT, "same", "--from", 60 * SLOT)))
        .isEqualTo(10 * SLOT);
  }

  private static Acts.Running act(String method, long block, String order, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of(method, model, block, order));
    arguments.addAll(List.of(options));
    return Acts.run("read_parts", arguments.toArray());
  }

  /** What these acts have taken together. */
  private static long distinct(Acts.Running... acts) {
    observed.settle();
    CoverageProbe union = new CoverageProbe();
    for (Acts.Running act : acts) {
      reads(act)
          .forEach(read -> add(union, read.fileId(), read.increment().bytes(), read.coverage()));
      observed
          .mappings(act.pid())
          .forEach(map -> add(union, map.fileId(), map.increment().bytes(), map.coverage()));
    }
    return union.distinctBytes();
  }

  private static List<FileAccessed> reads(Acts.Running act) {
    return observed
        .accesses((int) act.number("pid"))
        .filter(access -> access.direction() == Direction.READ)
        .toList();
  }

  private static int coveredSlots(FileAccessed read) {
    long[] words = new long[Coverage.SLOTS / Long.SIZE];
    read.coverage().addTo(words);
    return Arrays.stream(words).mapToInt(Long::bitCount).sum();
  }

  private static void add(CoverageProbe union, int file, long bytes, Coverage coverage) {
    union.add(observed.file(file).sizeBytes(), bytes, coverage);
  }
}
