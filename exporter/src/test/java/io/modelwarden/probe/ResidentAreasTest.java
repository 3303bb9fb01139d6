// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What /proc/PID/smaps says, as it was recorded on Linux 6.18, cut to the lines of interest. */
class ResidentAreasTest {

  private static final String RECORDED =
      """
      56192d41c000-56192d41d000 r--p 00000000 fe:00 10012259                   /opt/server
      Size:                  4 kB
      KernelPageSize:        4 kB
      MMUPageSize:           4 kB
      Rss:                   4 kB
      Pss:                   4 kB
      Pss_Dirty:             0 kB
      Shared_Clean:          0 kB
      VmFlags: rd mr mw me
      7f663e800000-7f66be800000 rw-p 00000000 fe:00 10012255                   /models/a b\\012Rss: 7 kB/weights.safetensors
      Size:            2097152 kB
      KernelPageSize:        4 kB
      MMUPageSize:           4 kB
      Rss:             2097152 kB
      Pss:             2097152 kB
      Referenced:      2097152 kB
      Anonymous:             0 kB
      FilePmdMapped:         0 kB
      VmFlags: rd wr mr mw me ac
      7f66be800000-7f66be900000 r--s 80000000 fe:00 10012255                   /models/a b/weights.safetensors (deleted)
      Size:               1024 kB
      Rss:                  64 kB
      VmFlags: rd mr me ms
      7ffd1e3c6000-7ffd1e3e7000 rw-p 00000000 00:00 0                          [stack]
      Size:                132 kB
      Rss:                  16 kB
      ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
      Size:                  4 kB
      Rss:                   0 kB
      """;

  @Test
  void areas_areToldByTheirAddress() throws IOException {
    assertThat(read(RECORDED, 0x7f663e800000L, 0x7f66be800000L))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(0x7f663e800000L, 2L << 30, 0x7f66be800000L, 64L << 10));
  }

  @Test
  void areaThatIsGone_isLeftOut() throws IOException {
    assertThat(read(RECORDED, 0x7f663e800000L, 0x7f0000000000L))
        .containsExactly(Map.entry(0x7f663e800000L, 2L << 30));
  }

  @Test
  void processThatHasEnded_hasNone() throws IOException {
    assertThat(read("", 0x7f663e800000L)).isEmpty();
  }

  @Test
  void textThatIsCutInTheMiddle_saysWhatItSays() throws IOException {
    int cut = RECORDED.indexOf("Rss:             2097152") + 10;
    assertThat(read(RECORDED.substring(0, cut), 0x56192d41c000L, 0x7f663e800000L))
        .containsEntry(0x56192d41c000L, 4096L);
  }

  /** The kernel walks an area only when its text is asked for. */
  @Test
  void nothingIsRead_behindTheLastAreaThatIsWanted() throws IOException {
    String endless = RECORDED.substring(RECORDED.indexOf("7ffd1e3c6000")).repeat(1000);
    InputStream text =
        new ByteArrayInputStream((RECORDED + endless).getBytes(StandardCharsets.US_ASCII));
    int all = text.available();
    ResidentAreas.read(text, Set.of(0x7f663e800000L));
    assertThat(all - text.available()).isLessThanOrEqualTo(4096);
  }

  private static Map<Long, Long> read(String text, Long... addresses) throws IOException {
    return ResidentAreas.read(
        new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), Set.of(addresses));
  }
}
