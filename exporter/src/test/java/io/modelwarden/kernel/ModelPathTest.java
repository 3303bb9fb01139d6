// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static io.modelwarden.coverage.Bytes.EXACT;
import static io.modelwarden.coverage.Hook.SYS_EXIT;
import static io.modelwarden.coverage.Kind.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.coverage.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of any size and name below a configured folder. */
@Tag("kernel")
class ModelPathTest {

  private static final int BYTES = 50_000;

  @TempDir Path folder;

  @Test
  @Way(
      value = "a small file of any name under `models.paths`",
      of = IDENTITY,
      bytes = EXACT,
      by = SYS_EXIT)
  void smallFilesBelowTheFolder_areCounted_onAVolumeThatIsMountedThereToo() throws Exception {
    Path models = Files.createDirectories(folder.resolve("models/llama"));
    Path volume = Files.createDirectories(folder.resolve("models/volume"));
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    run("mount", "-t", "tmpfs", "none", volume.toString());
    try (Observed observed = Observed.below(folder.resolve("models"))) {
      assertThat(readBytes(observed, models)).isEqualTo(BYTES);
      assertThat(readBytes(observed, Files.createDirectories(volume.resolve("mistral"))))
          .isEqualTo(BYTES);
      assertThat(readBytes(observed, elsewhere)).isZero();
    } finally {
      run("umount", volume.toString());
    }
  }

  private static long readBytes(Observed observed, Path where) {
    Path file = where.resolve("weights");
    Acts.run("make_model", file, BYTES);
    Acts.Running act = Acts.run("read_file", "read", file, 4096);
    observed.settle();
    return observed
        .accesses(act.pid())
        .filter(access -> access.path().equals(file.toString()))
        .mapToLong(access -> access.increment().bytes())
        .sum();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
