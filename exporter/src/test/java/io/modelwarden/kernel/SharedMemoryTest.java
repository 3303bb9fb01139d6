// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.BOUNDED;
import static io.modelwarden.coverage.Hook.SOCK_SEND_LENGTH;
import static io.modelwarden.coverage.Hook.TASK_AREAS;
import static io.modelwarden.coverage.Kind.TRAIL;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import io.modelwarden.event.KernelEvent.BytesSent;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.KernelEvent.ProcessSeen;
import io.modelwarden.event.ProcessFacts.Origin;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who shares memory with the reader of a model may have all of it. */
@Tag("kernel")
class SharedMemoryTest {

  private static final int PAGE_BYTES = 4096;
  private static final long MODEL_BYTES = 1000 * PAGE_BYTES;
  private static final String SCRIPT =
      Acts.REPOSITORY.toAbsolutePath() + "/exporter/src/test/python/share_memory.py";

  @TempDir private Path folder;
  private Path model;
  private Observed observed;

  @BeforeEach
  void start() {
    model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    observed = new Observed();
  }

  @AfterEach
  void stop() {
    observed.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"anonymous", "file", "system_v"})
  @Way(
      value = "memory that two processes share: by fork, of a file, System V",
      of = TRAIL,
      bytes = BOUNDED,
      by = {TASK_AREAS, SOCK_SEND_LENGTH},
      note = "told as a possibility, if it is mapped for seconds")
  void receiver_isArmedAndToldOf_andWhatItSendsIsCounted(String kind) {
    try (Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0)) {
      int port = (int) sink.number("port");
      try (Acts.Running sharing =
          Acts.startCommand(
              "/usr/bin/python3", SCRIPT, kind, model.toString(), "127.0.0.1", "" + port)) {
        int child = (int) sharing.number("pid");
        observed.settle();
        assertThat(observed.armed(child)).isEmpty();
        observed.lookAtSharedMemory();
        observed.lookAtSharedMemory();
        assertThat(sharing.goOn()).containsEntry("bytes", String.valueOf(MODEL_BYTES));
        observed.settle();
        assertThat(moved(Direction.READ, child)).isEqualTo(MODEL_BYTES);
        assertThat(moved(Direction.WRITE, sharing.pid())).isEqualTo(MODEL_BYTES);
        assertThat(observed.of(ProcessSeen.class, seen -> seen.process().key().pid() == child))
            .singleElement()
            .satisfies(seen -> assertThat(seen.process().origin()).isEqualTo(Origin.PASSED));
      }
      assertThat(
              observed
                  .of(BytesSent.class, sent -> sent.flow().port() == port)
                  .mapToLong(sent -> sent.increment().bytes())
                  .sum())
          .isEqualTo(MODEL_BYTES);
    }
  }

  /** The workers of a server share memory all day. */
  @Test
  void workersOfAServer_areLeftAlone() throws IOException {
    try (Cgroup cgroup = Cgroup.create();
        Acts.Running sink = Acts.start("sink", "tcp", "127.0.0.1", 0);
        Acts.Running sharing =
            Acts.start(
                "play_container",
                "start",
                cgroup.folder(),
                "/usr/bin/python3",
                SCRIPT,
                "anonymous",
                model,
                "127.0.0.1",
                sink.number("port"))) {
      observed.settle();
      observed.lookAtSharedMemory();
      observed.lookAtSharedMemory();
      assertThat(sharing.goOn()).containsEntry("bytes", String.valueOf(MODEL_BYTES));
      observed.settle();
      assertThat(observed.accesses(model)).isNotEmpty();
      assertThat(observed.of(DataMoved.class, moved -> moved.kind() == Channel.MEMORY)).isEmpty();
    }
  }

  /** Each piece is a line of what the kernel prints: the agent's memory is not the thief's. */
  @Test
  void memoryThatIsMappedInVeryManyPieces_isCountedAsSkipped() {
    String script =
        "import ctypes, os; open('%s', 'rb').read(1); f = os.memfd_create('m');"
            + " os.ftruncate(f, 1 << 20); map = ctypes.CDLL(None).mmap;"
            + " map.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 +"
            + " [ctypes.c_long]; map.restype = ctypes.c_void_p;"
            + " [map(None, 4096, 3, 1, f, 0) for _ in range(33000)];"
            + " print('pieces=33000', flush=True); input()";
    try (Acts.Running mapping =
        Acts.startCommand("/usr/bin/python3", "-c", script.formatted(model))) {
      assertThat(mapping.number("pieces")).isEqualTo(33_000);
      observed.settle();
      observed.lookAtSharedMemory();
      assertThat(observed.lost("shared_areas_skipped")).isPositive();
      mapping.goOn();
    }
  }

  private long moved(Direction direction, int pid) {
    return observed
        .of(
            DataMoved.class,
            moved ->
                moved.kind() == Channel.MEMORY
                    && moved.direction() == direction
                    && moved.process().pid() == pid)
        .mapToLong(moved -> moved.increment().bytes())
        .sum();
  }
}
