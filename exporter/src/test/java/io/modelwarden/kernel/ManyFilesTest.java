// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More files come and go than the kernel's maps have room for. */
@Tag("kernel")
class ManyFilesTest {

  private static final int ROOM = 256;
  private static final int FILES_PER_ROUND = 60; // less than a quarter of the room
  private static final int ROUNDS = 8;
  private static final int FILE_BYTES = 2_000_000;

  @TempDir Path folder;

  @Test
  void filesThatNobodyHasInUse_makeRoomForNewOnes() throws IOException {
    try (Observed observed = new Observed(Map.of("files", ROOM), 1 << 20)) {
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < FILES_PER_ROUND; i++) {
          Path file = sparse("round-" + round + "-" + i + ".gguf");
          Acts.run("read_file", "read", file, 1_000_000, "--limit", 1_000_000);
          Files.delete(file);
        }
        observed.settle();
        observed.sweepAfter(Duration.ofSeconds(61));
      }
      Path model = sparse("last.gguf");
      Acts.Running theft = Acts.run("read_file", "read", model, 1_000_000);
      observed.settle();

      assertThat(observed.lost("file_map_full")).isZero();
      assertThat(observed.accesses(theft.pid()))
          .allSatisfy(access -> assertThat(access.path()).isEqualTo(model.toString()))
          .extracting(access -> access.increment().bytes())
          .satisfies(
              bytes ->
                  assertThat(bytes.stream().mapToLong(Long::longValue).sum())
                      .isEqualTo(FILE_BYTES));
    }
  }

  private Path sparse(String name) throws IOException {
    Path file = folder.resolve(name);
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      content.setLength(FILE_BYTES);
    }
    return file;
  }
}
