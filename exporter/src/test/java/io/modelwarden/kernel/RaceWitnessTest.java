// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Bytes.UNCOUNTED;
import static io.modelwarden.coverage.Hook.FILEMAP_GET_PAGES;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.BytesUncounted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With kernel.race-witness: whose pages a call has taken, whatever its descriptor is by its end.
 */
@Tag("kernel")
class RaceWitnessTest {

  private static final long MODEL_BYTES = 4_000_000;

  @TempDir static Path folder;
  private static Observed observed;
  private static Path model;
  private static Path otherModel;
  private static Path other;

  @BeforeAll
  static void attach() throws IOException {
    observed = Observed.withRaceWitness();
    model = folder.resolve("weights.safetensors");
    otherModel = folder.resolve("other.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    Acts.run("make_model", otherModel, MODEL_BYTES);
    other = Files.write(folder.resolve("notes.txt"), new byte[100]);
  }

  @AfterAll
  static void detach() {
    observed.close();
  }

  @ParameterizedTest(name = "{0} during {1}")
  @CsvSource({"close, read", "dup2, read", "close, sendfile", "dup2, sendfile"})
  @Way(
      value = "the descriptor closed by another thread during the read, with `kernel.race-witness`",
      of = READ,
      bytes = EXACT,
      by = {SYS_EXIT, FILEMAP_GET_PAGES},
      when = "close")
  @Way(
      value =
          "the descriptor replaced by another thread during the read, with `kernel.race-witness`",
      of = READ,
      bytes = EXACT,
      by = {SYS_EXIT, FILEMAP_GET_PAGES},
      when = "dup2")
  void readOfADescriptorThatIsExchanged_countsAsReadOfTheModel(String swap, String method) {
    Acts.Running act = Acts.run("swap_during_read", swap, model, other, method);
    observed.settle();
    assertRead(act, model, method);
    assertThat(observed.uncounted(act.pid())).isEmpty();
  }

  @Test
  void anotherModelInItsPlace_isNotTheOneThatWasRead() {
    Acts.Running act = Acts.run("swap_during_read", "dup2", model, otherModel);
    observed.settle();
    assertRead(act, model, "read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "pread64", "readv", "preadv2", "sendfile", "splice"})
  void readInNoRace_isCountedOnce(String method) {
    Acts.Running act =
        method.equals("sendfile") || method.equals("splice")
            ? Acts.run("read_file", method, model, 65536, "/dev/null")
            : Acts.run("read_file", method, model, 65536);
    observed.settle();
    assertThat(act.number("bytes")).isEqualTo(MODEL_BYTES);
    assertRead(act, model, method.startsWith("s") ? method : "read");
    assertThat(observed.uncounted(act.pid())).isEmpty();
  }

  @Test
  void pagesReadAhead_areNotRead() {
    Acts.Running hints = Acts.run("hint_file", "readahead", model);
    Acts.Running reads = Acts.run("read_file", "read", model, 4096, "--limit", 4096);
    observed.settle();
    assertThat(observed.accesses(hints.pid())).isEmpty();
    assertThat(reads.number("bytes")).isEqualTo(4096);
    assertRead(reads, model, "read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fault", "uring"})
  void pagesOfAnEarlierCall_sayNothingOfTheNext(String before) {
    Acts.Running act = Acts.run("read_after", before, model, other);
    observed.settle();
    assertThat(act.number("other")).isEqualTo(100);
    assertThat(observed.accesses(act.pid()).mapToLong(access -> access.increment().bytes()).sum())
        .isEqualTo(act.number("bytes"));
    assertThat(observed.uncounted(act.pid())).isEmpty();
  }

  @Test
  void fileOnAnOverlay_isReadThroughAnotherAndCountsOnce() throws IOException {
    Path lower = folder("lower");
    Path baked = lower.resolve("baked.safetensors");
    Acts.run("make_model", baked, MODEL_BYTES);
    Path decoy = Files.write(lower.resolve("decoy.bin"), new byte[100]);
    Acts.Running act =
        Acts.run("swap_during_read", "none", baked, decoy, "--overlay", folder("overlay-1"));
    observed.settle();
    assertReadOfTheMerged(act);
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "dup2"})
  @Way(
      value = "the descriptor closed by another thread during the read, with `kernel.race-witness`",
      of = READ,
      bytes = EXACT,
      by = {SYS_EXIT, FILEMAP_GET_PAGES},
      when = "close")
  @Way(
      value =
          "the descriptor replaced by another thread during the read, with `kernel.race-witness`",
      of = READ,
      bytes = EXACT,
      by = {SYS_EXIT, FILEMAP_GET_PAGES},
      when = "dup2")
  void exchangeOnAnOverlay_countsAsReadOfTheModelAsItWasOpened(String swap) throws IOException {
    Path lower = folder("lower-" + swap);
    Path baked = lower.resolve("baked.safetensors");
    Acts.run("make_model", baked, MODEL_BYTES);
    Path decoy = Files.write(lower.resolve("decoy.bin"), new byte[2 << 20]);
    Acts.Running act =
        Acts.run("swap_during_read", swap, baked, decoy, "--overlay", folder("overlay-" + swap));
    observed.settle();
    assertReadOfTheMerged(act);
  }

  /** A large file in the reader's hands that is no model, and another in its place. */
  @Test
  void exchangeOfAnOrdinaryFile_isNoReadOfAModel() throws IOException {
    Path ordinary = Files.write(folder.resolve("ordinary.bin"), new byte[4 << 20]);
    Acts.Running act = Acts.run("swap_during_read", "dup2", ordinary, other);
    observed.settle();
    assertThat(observed.timesArmed(act.pid())).isZero();
    assertThat(observed.accesses(act.pid())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "tmpfs"})
  @Way(
      value =
          "the descriptor replaced by another thread during a read past the page cache (O_DIRECT, tmpfs),"
              + " with `kernel.race-witness`",
      of = READ,
      bytes = UNCOUNTED,
      by = SYS_EXIT,
      note = "the open")
  void exchangeDuringAReadPastThePageCache_hidesTheBytesAndNotTheOpen(String how)
      throws IOException {
    Acts.Running act = past(how, "dup2");
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.uncounted(act.pid())).isEmpty();
    assertThat(observed.timesArmed(act.pid())).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "tmpfs"})
  @Way(
      value =
          "the descriptor closed by another thread during a read past the page cache (O_DIRECT, tmpfs),"
              + " with `kernel.race-witness`",
      of = READ,
      bytes = EXACT,
      by = SYS_EXIT,
      note = "as read from an unknown file")
  void closeDuringAReadPastThePageCache_countsAsReadOfAnUnknownFile(String how) throws IOException {
    Acts.Running act = past(how, "close");
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(uncounted(act)).isEqualTo(act.number("bytes"));
  }

  private static Acts.Running past(String how, String swap) throws IOException {
    if (how.equals("direct")) {
      Acts.Running act = Acts.run("swap_during_read", swap, model, other, "direct");
      observed.settle();
      assertThat(act.number("bytes")).isPositive();
      return act;
    }
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "modelwarden");
    Path copy = memory.resolve("weights.safetensors");
    try {
      Files.copy(model, copy);
      Acts.Running act = Acts.run("swap_during_read", swap, copy, other);
      observed.settle();
      assertThat(act.number("bytes")).isPositive();
      return act;
    } finally {
      Files.deleteIfExists(copy);
      Files.delete(memory);
    }
  }

  private static void assertReadOfTheMerged(Acts.Running act) {
    assertThat(act.number("bytes")).isPositive();
    assertThat(observed.accesses(act.pid()))
        .singleElement()
        .satisfies(
            access -> {
              assertThat(access.path()).endsWith("/merged/baked.safetensors");
              assertThat(access.increment().bytes()).isEqualTo(act.number("bytes"));
            });
    assertThat(observed.uncounted(act.pid())).isEmpty();
  }

  private static void assertRead(Acts.Running act, Path file, String method) {
    assertThat(act.number("bytes")).isPositive();
    assertThat(observed.accesses(act.pid()))
        .singleElement()
        .satisfies(
            access -> {
              assertThat(access.path()).isEqualTo(file.toString());
              assertThat(access.method()).isEqualTo(method);
              assertThat(access.increment().bytes()).isEqualTo(act.number("bytes"));
              assertThat(access.increment().operations()).isEqualTo(act.number("operations"));
            });
  }

  private static long uncounted(Acts.Running act) {
    return observed
        .uncounted(act.pid())
        .mapToLong((BytesUncounted bytes) -> bytes.increment().bytes())
        .sum();
  }

  private static Path folder(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }
}
