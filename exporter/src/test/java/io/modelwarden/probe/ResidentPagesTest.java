// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ResidentPagesTest {

  @Test
  void recordedLine_tellsAllAndThoseOfFiles() {
    byte[] line = "525139 524680 524639 1 0 524609 0\n".getBytes(StandardCharsets.US_ASCII);
    ResidentPages pages = ResidentPages.parse(line, line.length);
    assertThat(pages.mapped()).isEqualTo(525_139);
    assertThat(pages.allBytes()).isEqualTo(524_680L * 4096);
    assertThat(pages.file()).isEqualTo(524_639);
  }

  @Test
  void ownProcess_isThere_andOneThatCannotBeIsNot() {
    assertThat(ResidentPages.of((int) ProcessHandle.current().pid())).isNotNull();
    assertThat(ResidentPages.of(-1)).isNull();
  }
}
