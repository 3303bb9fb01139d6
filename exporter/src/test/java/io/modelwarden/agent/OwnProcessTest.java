// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OwnProcessTest {

  private static final String STAT =
      "4711 (ja) va (x) S 1 4711 4711 0 -1 4194304 9000 0 3 0 1234 567 0 0 20 0 21 0 8400 1 1 1\n";
  private static final String STATUS =
      "Name:\tjava\nVmPeak:\t 3000000 kB\nVmHWM:\t   90000 kB\nVmRSS:\t   81408 kB\nRssAnon:\t 1 kB\n";

  @Test
  void recordedFiles_areReadToTheTickAndTheByte() {
    assertThat(OwnProcess.userSeconds(STAT)).isEqualTo(12.34);
    assertThat(OwnProcess.systemSeconds(STAT)).isEqualTo(5.67);
    assertThat(OwnProcess.residentBytes(STATUS)).isEqualTo(81_408 * 1024);
  }

  @Test
  void filesOfThisKernel_areRead() throws IOException {
    long begun = System.nanoTime();
    double before = OwnProcess.userSeconds(Files.readString(Path.of("/proc/self/stat")));
    double after = before;
    while (after < before + 0.05 && System.nanoTime() - begun < 30_000_000_000L) {
      after = OwnProcess.userSeconds(Files.readString(Path.of("/proc/self/stat")));
    }
    assertThat(after).isBetween(before + 0.05, before + 30);
    assertThat(OwnProcess.residentBytes(Files.readString(Path.of("/proc/self/status"))))
        .isBetween(10L << 20, 8L << 30);
  }
}
