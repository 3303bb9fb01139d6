// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Hook.RESIDENT_PAGES;
import static io.modelwarden.coverage.Hook.TASK_AREAS;
import static io.modelwarden.coverage.Kind.MAPPING;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.libbpf.Capabilities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a mapping was touched, by the pages that the process has in its page tables. */
@Tag("kernel")
class TouchedMappingTest {

  private static final long MODEL_BYTES = (16 << 20) + 1032;
  private static final long PART_BYTES = 4 << 20;

  /** The kernel maps what lies around a fault with it. */
  private static final long FAULT_AROUND_BYTES = 64 << 10;

  private static final long HUGE_PAGE_BYTES = 2 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static Observed observed;
  private static Path model;

  @BeforeAll
  static void attach() {
    observed = new Observed();
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
  }

  @AfterAll
  static void detach() {
    observed.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--touch", "--populate", "--write"})
  @Way(
      value = "touching the pages of a private mapping",
      of = MAPPING,
      bytes = BOUNDED,
      by = {TASK_AREAS, RESIDENT_PAGES},
      when = {"touch", "write"},
      note = "at the least, sampled")
  @Way(
      value = "having pages mapped by MAP_POPULATE",
      of = MAPPING,
      bytes = BOUNDED,
      by = {TASK_AREAS, RESIDENT_PAGES},
      when = "populate",
      note = "at the least, sampled")
  void everyPage_isTheWholeFileToTheByte(String how) {
    try (Acts.Running act = Acts.start("map_file", model, 0, MODEL_BYTES, 1, how)) {
      assertThat(touched(act)).isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  @Way(
      value = "touching the pages of a shared mapping",
      of = MAPPING,
      bytes = BOUNDED,
      by = {TASK_AREAS, RESIDENT_PAGES},
      note = "at the least, sampled")
  void sharedMappingThatIsTouchedTwice_countsOnce() {
    try (Acts.Running act =
        Acts.start("map_file", model, 0, MODEL_BYTES, 2, "--touch", "--shared")) {
      assertThat(touched(act)).isEqualTo(MODEL_BYTES);
      assertThat(touched(act)).isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  @Way(
      value = "touching the pages of a mapping that mremap enlarged",
      of = MAPPING,
      bytes = BOUNDED,
      by = {TASK_AREAS, RESIDENT_PAGES},
      note = "at the least, sampled")
  void mappingThatIsEnlarged_countsWhatIsTouchedOfIt() {
    try (Acts.Running act = Acts.start("remap_file", model, "--touch")) {
      assertThat(touched(act)).isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  void part_isCountedWithWhatLiesAroundItAndTheRestWhenItIsTouched() {
    try (Acts.Running act =
        Acts.start("map_file", model, 0, MODEL_BYTES, 1, "--only", PART_BYTES)) {
      assertThat(touched(act)).isBetween(PART_BYTES, PART_BYTES + HUGE_PAGE_BYTES);
      act.goOn();
      assertThat(touched(act)).isEqualTo(MODEL_BYTES);
      assertThat(observed.mappings(act.pid()).mapToLong(mapped -> mapped.increment().bytes()).sum())
          .isEqualTo(MODEL_BYTES);
    }
  }

  @Test
  void onePage_isAtMostWhatTheKernelMapsAroundIt() {
    try (Acts.Running act = Acts.start("map_file", model, 0, MODEL_BYTES, 1, "--only", 4096)) {
      assertThat(touched(act)).isBetween(4096L, FAULT_AROUND_BYTES);
    }
  }

  @Test
  void mappingThatNobodyTouches_isNothing() {
    try (Acts.Running act = Acts.start("map_file", model, 0, MODEL_BYTES, 1)) {
      assertThat(touched(act)).isZero();
    }
  }

  /** What is brought into the page cache is in nobody's hands yet. */
  @ParameterizedTest
  @ValueSource(strings = {"madvise", "process_madvise"})
  void hints_touchNothing(String hint) {
    try (Acts.Running act = Acts.start("hint_file", hint, model, "--wait-after")) {
      assertThat(touched(act)).isZero();
      assertThat(observed.mappings(act.pid())).isNotEmpty();
    }
  }

  /** Each window is gone before anybody looks, except the last. */
  @Test
  void windowThatSlides_leavesNoMoreThanSamplesMet() {
    try (Acts.Running act =
        Acts.start(
            "map_file", model, 0, MODEL_BYTES / 4096 * 4096, 1, "--window", 65536, "--touch")) {
      assertThat(touched(act)).isZero();
      assertThat(observed.mappings(act.pid()).mapToLong(mapped -> mapped.increment().bytes()).sum())
          .isEqualTo(MODEL_BYTES / 4096 * 4096);
    }
  }

  /** One entry of the page tables for two megabytes: no event tells it, the pages do. */
  @Test
  @Way(
      value = "touching the huge pages of a mapping",
      of = MAPPING,
      bytes = BOUNDED,
      by = {TASK_AREAS, RESIDENT_PAGES},
      note = "at the least, sampled")
  void hugePages_areCountedWhole() throws IOException {
    Path mounted = Files.createDirectory(folder.resolve("huge"));
    Path large = mounted.resolve("large.safetensors");
    String play =
        "mount -t tmpfs -o huge=always,size=64m none %s && %s %s %d > /dev/null && exec %s %s 0 %d 1 --only %d"
            .formatted(
                mounted,
                Acts.path("make_model"),
                large,
                MODEL_BYTES,
                Acts.path("map_file"),
                large,
                MODEL_BYTES,
                PART_BYTES);
    try (Acts.Running act = Acts.startCommand("unshare", "--mount", "sh", "-c", play)) {
      assertThat(Files.readString(Path.of("/proc/" + act.pid() + "/smaps")))
          .containsPattern("ShmemPmdMapped: +[1-9]");
      assertThat(touched(act)).isBetween(PART_BYTES, PART_BYTES + HUGE_PAGE_BYTES);
      act.goOn();
      assertThat(touched(act)).isEqualTo(MODEL_BYTES);
    }
  }

  /** It was touched out of the agent's sight: only what is touched later counts. */
  @Test
  void whatIsOlderThanTheAgent_isNotTold() {
    try (Acts.Running act =
        Acts.start("map_file", model, 0, MODEL_BYTES, 1, "--only", PART_BYTES)) {
      try (Observed later = new Observed()) {
        assertThat(later.settle().lookAtTouched().touched(act.pid())).isZero();
        act.goOn();
        assertThat(later.lookAtTouched().touched(act.pid()))
            .isBetween(MODEL_BYTES - PART_BYTES - HUGE_PAGE_BYTES, MODEL_BYTES - PART_BYTES);
      }
    }
  }

  /** Of another user, by what is left to the agent after its start, and as often as it looks. */
  @Test
  void pagesOfAnotherUser_areFollowedAsTheAgentDoes() throws Exception {
    folder.toFile().setExecutable(true, false);
    model.toFile().setReadable(true, false);
    try (Acts.Running act =
        Acts.start(
            "as_user",
            12345,
            Acts.path("map_file"),
            model,
            0,
            MODEL_BYTES,
            1,
            "--only",
            PART_BYTES)) {
      FutureTask<Void> looking =
          new FutureTask<>(
              () -> {
                Capabilities.keepOnly(Capabilities.BPF, Capabilities.SYS_PTRACE);
                observed.watchTouched();
                awaitTouched(act.pid(), PART_BYTES);
                act.goOn();
                awaitTouched(act.pid(), MODEL_BYTES);
                return null;
              });
      new Thread(looking).start();
      looking.get();
      assertThat(observed.touched(act.pid())).isEqualTo(MODEL_BYTES);
    }
  }

  private static void awaitTouched(int pid, long bytes) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (observed.settle().touched(pid) < bytes) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            observed.touched(pid)
                + " bytes after "
                + PATIENCE
                + ": "
                + observed.of(KernelEvent.MappingTouched.class, any -> true).toList());
      }
    }
  }

  private static long touched(Acts.Running act) {
    return observed.settle().lookAtTouched().touched(act.pid());
  }
}
