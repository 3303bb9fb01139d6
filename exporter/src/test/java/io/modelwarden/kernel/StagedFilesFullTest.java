// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that has read a model writes more files than are followed. */
@Tag("kernel")
class StagedFilesFullTest {

  private static final long MODEL_BYTES = 4_000_000;
  private static final int CHANNELS = 64;
  private static final int MANY = 1000;
  private static final String FILES =
      "perl -e 'open F, q(%s); read F, $_, 4e6;"
          + " for (1..%d) { open O, qq(>%s/part$_); syswrite O, q(x) x %d; close O }'";

  @TempDir private Path folder;

  @Test
  void smallFiles_takeNoRoom() throws Exception {
    try (Observed observed = observed()) {
      Path model = model();
      int before = observed.channels();
      run(FILES.formatted(model, MANY, folder, 10_000));
      assertThat(observed.channels()).isEqualTo(before);
      assertThat(observed.lost("channel_map_full")).isZero();
    }
  }

  @Test
  void largeFiles_areCountedAsLost_andLeaveRoomForPipes() throws Exception {
    try (Observed observed = observed()) {
      Path model = model();
      run(FILES.formatted(model, MANY, folder, 65_536));
      assertThat(observed.lost("channel_map_full")).isEqualTo(MANY - CHANNELS / 2);
      Process cat = run("cat %s | cat >/dev/null".formatted(model));
      observed.settle();
      assertThat(cat.exitValue()).isZero();
      assertThat(
              observed
                  .of(DataMoved.class, moved -> moved.direction() == Direction.READ)
                  .mapToLong(moved -> moved.increment().bytes())
                  .sum())
          .isEqualTo(MODEL_BYTES);
      assertThat(observed.lost("channel_map_full")).isEqualTo(MANY - CHANNELS / 2);
    }
  }

  private static Observed observed() {
    return new Observed(Map.of("channels", CHANNELS), 1 << 20);
  }

  private Path model() {
    Path model = folder.resolve("weights.safetensors");
    Acts.run("make_model", model, MODEL_BYTES);
    return model;
  }

  private static Process run(String script) throws Exception {
    Process shell =
        new ProcessBuilder("bash", "-c", "exec >/dev/null 2>&1 </dev/null; " + script).start();
    assertThat(shell.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return shell;
  }
}
