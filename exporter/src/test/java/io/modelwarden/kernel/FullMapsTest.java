// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.NOISE;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.ProcessEnded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thefts after the kernel's maps or its ring have been filled: no byte is lost, the loss is told.
 */
@Tag("kernel")
class FullMapsTest {

  private static final long MODEL_BYTES = 3_000_000;
  private static final int MANY = 100_000;
  private static final int PAGE_BYTES = 4096;

  @TempDir private Path folder;

  @Test
  @Way(
      value = "the ring of events held full",
      of = NOISE,
      bytes = EXACT,
      by = {SYS_EXIT, SOCK_SEND_LENGTH})
  void ringHeldFullDuringATheft_losesNoByteAndNoFact() {
    Path model = makeModel("weights.safetensors", MODEL_BYTES);
    Path blob = makeModel("0123456789abcdef", 70_000_000);
    try (Observed observed = new Observed(Map.of(), PAGE_BYTES)) {
      Acts.run("make_many", folder, 1000, ".safetensors", 10);
      long full = observed.lost("ring_full");
      assertThat(full).as("doorbells lost").isPositive();
      Acts.Running first = steal(model, MODEL_BYTES);
      Acts.Running second = steal(blob, 70_000_000);
      assertThat(observed.lost("ring_full")).as("full during the thefts").isGreaterThan(full);
      observed.settle();
      assertStolen(observed, first, MODEL_BYTES);
      FileAccessed access = assertStolen(observed, second, 70_000_000);
      assertThat(access.path()).isEqualTo(blob.toString());
      assertThat(observed.file(access.fileId()).verdict()).isEqualTo(Verdict.MODEL);
      assertThat(observed.of(ProcessEnded.class, end -> end.process().equals(access.process())))
          .hasSize(1);
    }
  }

  @Test
  @Way(
      value = "100,000 files that fill the map of files",
      of = NOISE,
      bytes = BOUNDED,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      note = "bytes by process; not which file")
  void filesFilledByTinyModels_leaveTheBytesOfTheirReadersAndWhatWasKnown() {
    Path known = makeModel("known.safetensors", MODEL_BYTES);
    Path model = makeModel("weights.safetensors", MODEL_BYTES);
    try (Observed observed = new Observed()) {
      steal(known, MODEL_BYTES);
      observed.settle();
      try (Acts.Running filler = fill()) {
        observed.settle();
        assertThat(filler.number("operations")).isEqualTo(MANY);
        assertThat(observed.lost("file_map_full")).isPositive();
        assertUncounted(observed, model);
        Acts.Running act = steal(known, MODEL_BYTES);
        observed.settle();
        assertStolen(observed, act, MODEL_BYTES);
      }
    }
  }

  @Test
  @Way(
      value = "100,000 files that fill the map of counters",
      of = NOISE,
      bytes = BOUNDED,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      note = "bytes by process; not which file")
  void countersFilledByTinyModels_leaveTheBytesOfTheirReaders() {
    Path model = makeModel("weights.safetensors", MODEL_BYTES);
    try (Observed observed = new Observed(Map.of("files", 2 * MANY, "accesses", 65536), 1 << 20);
        Acts.Running filler = fill()) {
      observed.settle();
      assertThat(filler.number("operations")).isEqualTo(MANY);
      assertThat(observed.lost("counter_map_full")).isGreaterThanOrEqualTo(MANY - 65536);
      assertUncounted(observed, model);
    }
  }

  @Test
  @Way(
      value = "children that fill the map of processes",
      of = NOISE,
      bytes = BOUNDED,
      by = {SYS_EXIT, SOCK_SEND_LENGTH},
      note = "bytes by cgroup")
  void processesFilledByChildren_leaveTheBytesOfTheCgroup() throws IOException {
    Path model = makeModel("weights.safetensors", MODEL_BYTES);
    Map<String, Integer> tiny = Map.of("processes", 64, "files", 1);
    try (Cgroup cgroup = Cgroup.create();
        Observed observed = new Observed(tiny, 1 << 20);
        Acts.Running children = Acts.start("fork_many", model, 200)) {
      assertThat(children.truth).containsKey("pid");
      assertThat(observed.lost("process_map_full")).isPositive();
      makeModel("other.safetensors", MODEL_BYTES);
      Acts.Running act = steal(cgroup, folder.resolve("other.safetensors"), MODEL_BYTES);
      observed.settle();
      assertThat(act.number("bytes")).isEqualTo(MODEL_BYTES);
      assertThat(observed.uncounted(act.pid())).isEmpty();
      assertThat(observed.homelessBytes("read_bytes", cgroup.id())).isEqualTo(MODEL_BYTES);
      assertThat(observed.homelessBytes("sent_bytes", cgroup.id())).isEqualTo(MODEL_BYTES);
    }
  }

  private Acts.Running fill() {
    try {
      Path many = Files.createDirectory(folder.resolve("many"));
      return Acts.start("make_many", many, MANY, ".safetensors", 10, "--wait-after");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private Path makeModel(String name, long bytes) {
    Path model = folder.resolve(name);
    Acts.run("make_model", model, bytes);
    return model;
  }

  /** The file found no room: what was read belongs to the process, and what was sent has a peer. */
  private static void assertUncounted(Observed observed, Path model) {
    Acts.Running act = steal(model, MODEL_BYTES);
    observed.settle();
    assertThat(observed.accesses(act.pid())).isEmpty();
    assertThat(observed.uncounted(act.pid()).mapToLong(bytes -> bytes.increment().bytes()).sum())
        .isEqualTo(MODEL_BYTES);
    assertSent(observed, act, MODEL_BYTES);
  }

  private static FileAccessed assertStolen(Observed observed, Acts.Running act, long bytes) {
    List<FileAccessed> accesses = observed.accesses(act.pid()).toList();
    assertThat(accesses)
        .singleElement()
        .satisfies(access -> assertThat(access.increment().bytes()).isEqualTo(bytes));
    assertSent(observed, act, bytes);
    return accesses.get(0);
  }

  private static void assertSent(Observed observed, Acts.Running act, long bytes) {
    assertThat(act.number("bytes")).isEqualTo(bytes);
    assertThat(observed.sends(act.pid()))
        .singleElement()
        .satisfies(sent -> assertThat(sent.increment().bytes()).isEqualTo(bytes));
  }

  private static Acts.Running steal(Path model, long bytes) {
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      return Acts.run(
          "read_and_send", "tcp", model, "127.0.0.1", receiver.number("port"), 100_000, bytes, 0);
    }
  }

  private static Acts.Running steal(Cgroup cgroup, Path model, long bytes) {
    try (Acts.Running receiver = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      return Acts.run(
          "in_cgroup",
          cgroup.folder(),
          Acts.path("read_and_send"),
          "tcp",
          model,
          "127.0.0.1",
          receiver.number("port"),
          100_000,
          bytes,
          0);
    }
  }
}
