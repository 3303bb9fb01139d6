// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.IDENTITY;
import static io.modelwarden.coverage.Kind.MAPPING;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of model files against what the acts say they did, to the byte. */
@Tag("kernel")
class ModelFileTest {

  private static final long MODEL_BYTES = 8 + 1024 + 3_000_000 / 16 * 16;

  @TempDir static Path folder;
  @AutoClose private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    "read, 4096",
    "pread64, 65536",
    "readv, 7777",
    "preadv, 65536",
    "preadv2, 100000",
    "openat2, 1048576"
  })
  @Way(value = "read, pread64, readv, preadv, preadv2", of = READ, bytes = EXACT, by = SYS_EXIT)
  void reads_areCountedToTheByte(String method, int chunk) {
    Acts.Running act = Acts.run("read_file", method, model, chunk);
    KernelEvent.FileAccessed access = single(act);
    assertThat(access.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(MODEL_BYTES);
    assertThat(access.path()).isEqualTo(model.toString());
    assertThat(access.method()).isEqualTo("read");
    assertThat(access.direction()).isEqualTo(Direction.READ);
    // The act counts the calls that returned bytes; the one that found the end is none of them.
    assertThat(access.increment().operations()).isEqualTo(act.number("operations"));
    assertThat(access.increment().lastEpochNanos())
        .isGreaterThanOrEqualTo(access.increment().firstEpochNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sendfile", "splice", "copy_file_range"})
  @Way(value = "sendfile", of = READ, bytes = EXACT, by = SYS_EXIT, when = "sendfile")
  @Way(value = "splice", of = READ, bytes = EXACT, by = SYS_EXIT, when = "splice")
  @Way(value = "copy_file_range", of = READ, bytes = EXACT, by = SYS_EXIT, when = "copy_file_range")
  void moves_areCountedUnderTheirMethod(String method) {
    Path out = folder.resolve("out-" + method + ".bin");
    Acts.Running act = Acts.run("read_file", method, model, 65536, out);
    KernelEvent.FileAccessed access = single(act);
    assertThat(access.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(MODEL_BYTES);
    assertThat(access.method()).isEqualTo(method);
  }

  @ParameterizedTest
  @ValueSource(strings = {"write", "pwrite64", "writev", "pwritev", "pwritev2"})
  void writes_ofANewModelAreCountedFromTheFirstByte(String method) {
    Path written = folder.resolve("new-" + method + ".safetensors");
    Acts.Running act = Acts.run("write_file", method, written, 2_500_000, 10_000);
    KernelEvent.FileAccessed access = single(act);
    assertThat(access.direction()).isEqualTo(Direction.WRITE);
    assertThat(access.method()).isEqualTo("write");
    assertThat(access.increment().bytes()).isEqualTo(act.number("bytes")).isEqualTo(2_500_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"int80", "int80_pread", "int80_open", "dirty", "dirty_pread", "dirty_number"})
  @Way(
      value = "32-bit calls (int 0x80)",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      when = {"int80", "int80_pread", "int80_open"})
  @Way(
      value = "dirt in the upper halves of registers",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      when = {"dirty", "dirty_pread", "dirty_number"})
  void oddCalls_areSeenAllTheSame(String kind) {
    Acts.Running act = Acts.run("odd_read", kind, model, 65536);
    assertThat(single(act).increment().bytes()).isEqualTo(act.number("bytes"));
  }

  @Test
  @Way(value = "mmap", of = MAPPING, bytes = BOUNDED, by = SYS_EXIT, note = "the mapped length")
  void mapping_ofTheWholeFileTwiceCountsItsBytesOnce() {
    try (Acts.Running act = Acts.start("map_file", model, 0, MODEL_BYTES, 2)) {
      observed.settle();
      assertThat(observed.mappings(act.pid()))
          .singleElement()
          .satisfies(
              mapped -> {
                assertThat(mapped.increment().bytes()).isEqualTo(MODEL_BYTES);
                assertThat(mapped.increment().operations()).isEqualTo(2);
                assertThat(mapped.path()).isEqualTo(model.toString());
              });
      assertThat(observed.accesses(act.pid())).isEmpty();
    }
  }

  @Test
  @Way(value = "mmap", of = MAPPING, bytes = BOUNDED, by = SYS_EXIT, note = "the mapped length")
  void mapping_ofAPartCountsItsPages() {
    try (Acts.Running act = Acts.start("map_file", model, 8192, 10_000, 1)) {
      observed.settle();
      assertThat(observed.mappings(act.pid()))
          .singleElement()
          .satisfies(mapped -> assertThat(mapped.increment().bytes()).isEqualTo(12_288));
    }
  }

  @Test
  @Way(
      value = "mremap to a larger range",
      of = MAPPING,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "the mapped length")
  void mappingThatIsEnlarged_countsItsWholeLength() {
    try (Acts.Running act = Acts.start("remap_file", model)) {
      observed.settle();
      assertThat(observed.mappings(act.pid()).mapToLong(mapped -> mapped.increment().bytes()).sum())
          .isEqualTo(act.number("bytes"))
          .isEqualTo(MODEL_BYTES);
      assertThat(observed.accesses(act.pid())).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--populate", "--shared", "--touch"})
  @Way(
      value = "mmap with MAP_POPULATE",
      of = MAPPING,
      bytes = BOUNDED,
      by = SYS_EXIT,
      when = "populate",
      note = "the mapped length")
  @Way(
      value = "a shared mapping",
      of = MAPPING,
      bytes = BOUNDED,
      by = SYS_EXIT,
      when = "shared",
      note = "the mapped length")
  void mapping_ofAnyKindCountsItsLength(String kind) {
    try (Acts.Running act = Acts.start("map_file", model, 0, MODEL_BYTES, 1, kind)) {
      observed.settle();
      assertThat(observed.mappings(act.pid()))
          .singleElement()
          .satisfies(mapped -> assertThat(mapped.increment().bytes()).isEqualTo(MODEL_BYTES));
    }
  }

  @Test
  @Way(
      value = "the oldest 32-bit mmap",
      of = MAPPING,
      bytes = BOUNDED,
      by = SYS_EXIT,
      note = "the mapped length")
  void mapping_byTheOldest32BitCallCountsItsLength() {
    try (Acts.Running act = Acts.start("odd_map", model, 8192, 10_000)) {
      observed.settle();
      assertThat(observed.mappings(act.pid()))
          .singleElement()
          .satisfies(mapped -> assertThat(mapped.increment().bytes()).isEqualTo(12_288));
    }
  }

  /** What is brought into the page cache is in nobody's hands yet. */
  @ParameterizedTest
  @ValueSource(strings = {"readahead", "fadvise", "madvise", "process_madvise"})
  void hints_areNoReads(String hint) {
    Acts.Running act = Acts.run("hint_file", hint, model);
    observed.settle();
    assertThat(act.number("operations")).isEqualTo(1);
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.timesArmed(act.pid())).isEqualTo(1);
  }

  /** Few kernels have that table; then there is nothing to see. */
  @Test
  void x32Calls_areRefusedOrSeen() {
    Acts.Running act = Acts.start("odd_read", "x32", model, 65536);
    if (act.exitCode() == 3) {
      assertThat(act.truth).isEmpty();
    } else {
      assertThat(single(act).increment().bytes()).isEqualTo(act.number("bytes"));
    }
  }

  /** By way of pipes, copies of pipes and given pages: each byte of the file is taken once. */
  @ParameterizedTest
  @CsvSource({"splice, splice", "tee, splice", "sendfile, sendfile", "vmsplice, read"})
  @Way(value = "tee", of = READ, bytes = EXACT, by = SYS_EXIT, when = "tee")
  @Way(value = "vmsplice", of = READ, bytes = EXACT, by = SYS_EXIT, when = "vmsplice")
  void moves_overPipesCountEachByteOnce(String how, String method) throws Exception {
    Path own = folder.resolve(how + "-out.safetensors");
    Acts.run("make_model", own, MODEL_BYTES);
    observed.settle();
    String command =
        "%s %s %s 65536 %s | cat > /dev/null"
            .formatted(Acts.path("write_out"), how, own, folder.resolve(how + ".truth"));
    Process shell = new ProcessBuilder("sh", "-c", command).inheritIO().start();
    assertThat(shell.waitFor()).isZero();
    observed.settle();
    assertThat(observed.accesses(own).filter(access -> access.direction() == Direction.READ))
        .singleElement()
        .satisfies(
            access -> {
              assertThat(access.increment().bytes()).isEqualTo(MODEL_BYTES);
              assertThat(access.method()).isEqualTo(method);
            });
  }

  @Test
  @Way(value = "renamed", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void renamedModel_isStillTheModel() throws IOException {
    Path original = folder.resolve("renamed.safetensors");
    Acts.run("make_model", original, MODEL_BYTES);
    observed.settle();
    Path hidden = Files.move(original, folder.resolve("holiday.jpg"));
    Acts.Running act = Acts.run("read_file", "read", hidden, 65536);
    assertThat(single(act).increment().bytes()).isEqualTo(MODEL_BYTES);
  }

  @Test
  @Way(value = "line ends and escapes in the name", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void nameWithNewlineAndEscape_isCountedAndShownEscaped() {
    Path hostile = folder.resolve("a\nb\u001b[31m.safetensors");
    Acts.run("make_model", hostile, MODEL_BYTES);
    observed.settle();
    KernelEvent.FileAccessed access = single(Acts.run("read_file", "read", hostile, 65536));
    assertThat(access.increment().bytes()).isEqualTo(MODEL_BYTES);
    assertThat(access.path()).isEqualTo(folder + "/a\\nb\\u001b[31m.safetensors");
  }

  @Test
  void undecidedFileWithANewlineInItsName_isReachedWhenItsReaderIsGone() {
    Path hostile = folder.resolve("two\nlines");
    Acts.run("make_model", hostile, 70_000_000);
    observed.settle();
    KernelEvent.FileAccessed access = single(Acts.run("read_file", "read", hostile, 1 << 20));
    assertThat(access.increment().bytes()).isEqualTo(70_000_000);
    assertThat(
            observed.of(
                KernelEvent.FileSeen.class,
                seen ->
                    seen.file().id() == access.fileId()
                        && seen.file().format().equals("safetensors")))
        .isNotEmpty();
  }

  @Test
  @Way(value = "the longest name", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void longestName_isCountedAndWhole() {
    Path longest = folder.resolve("x".repeat(255 - 12) + ".safetensors");
    Acts.run("make_model", longest, MODEL_BYTES);
    observed.settle();
    KernelEvent.FileAccessed access = single(Acts.run("read_file", "read", longest, 65536));
    assertThat(access.increment().bytes()).isEqualTo(MODEL_BYTES);
    assertThat(access.path()).isEqualTo(longest.toString());
  }

  @Test
  @Way(value = "a path of 80 folders", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void pathDeeperThanTheWalk_isCountedAndCutWithAMark() throws IOException {
    Path deep = folder;
    for (int i = 0; i < 80; i++) {
      deep = deep.resolve("d" + i);
    }
    Path model = Files.createDirectories(deep).resolve("deep.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    observed.settle();
    KernelEvent.FileAccessed access = single(Acts.run("read_file", "read", model, 65536));
    assertThat(access.increment().bytes()).isEqualTo(MODEL_BYTES);
    assertThat(access.path()).startsWith("…/").endsWith("/d79/deep.safetensors");
    assertThat(observed.lost("path_truncated")).isPositive();
  }

  @Test
  void truncatedModel_isStillCounted() throws IOException {
    Path broken = folder.resolve("broken.safetensors");
    Files.write(broken, new byte[2_000_000]);
    observed.settle();
    KernelEvent.FileAccessed access = single(Acts.run("read_file", "read", broken, 65536));
    assertThat(access.increment().bytes()).isEqualTo(2_000_000);
  }

  @Test
  void otherFiles_giveNothing() throws IOException {
    Path other = folder.resolve("other.bin");
    Files.write(other, new byte[5_000_000]);
    Path small = folder.resolve("small.safetensors");
    Files.write(small, new byte[5000]);
    observed.settle();
    Acts.Running first = Acts.run("read_file", "read", other, 65536);
    Acts.Running second = Acts.run("read_file", "read", small, 65536);
    observed.settle();
    assertThat(observed.accesses(first.pid())).isEmpty();
    assertThat(observed.accesses(second.pid())).isEmpty();
  }

  @Test
  @Way(value = "a name without a suffix", of = IDENTITY, bytes = EXACT, by = SYS_EXIT)
  void largeFileWithoutSuffix_isDecidedByContentAndCountedFromTheFirstByte() {
    Path blob = folder.resolve("0123456789abcdef");
    Acts.run("make_model", blob, 70_000_000);
    observed.settle();
    Acts.Running act = Acts.run("read_file", "read", blob, 1 << 20);
    KernelEvent.FileAccessed access = single(act);
    assertThat(access.increment().bytes()).isEqualTo(act.number("bytes"));
    assertThat(
            observed.of(
                KernelEvent.FileSeen.class,
                seen ->
                    seen.file().id() == access.fileId()
                        && seen.file().format().equals("safetensors")))
        .isNotEmpty();
  }

  private static KernelEvent.FileAccessed single(Acts.Running act) {
    observed.settle();
    return observed.accesses(act.pid()).reduce((a, b) -> fail(a, b)).orElseThrow();
  }

  private static KernelEvent.FileAccessed fail(
      KernelEvent.FileAccessed first, KernelEvent.FileAccessed second) {
    throw new AssertionError("more than one access: " + first + ", " + second);
  }
}
