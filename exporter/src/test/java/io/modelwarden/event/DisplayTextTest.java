// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DisplayTextTest {

  @ParameterizedTest
  @CsvSource({
    "0x00, \\u0000",
    "0x09, \\t",
    "0x0a, \\n",
    "0x0d, \\u000d",
    "0x1b, \\u001b",
    "0x60, \\u0060", // ends the raw string of a query
    "0x7f, \\u007f",
    "0x9b, \\u009b", // the control sequence introducer of eight-bit terminals
    "0x200b, \\u200b", // no width: two names look alike
    "0x202e, \\u202e", // turns the direction of what follows
    "0x2028, \\u2028",
    "0x2029, \\u2029",
    "0xfeff, \\ufeff",
    "0xd800, \\ud800",
    "0xe0041, \\U000e0041"
  })
  void charactersThatSteer_areWritten(String character, String written) {
    String name =
        new StringBuilder("a").appendCodePoint(Integer.decode(character)).append("b").toString();
    assertThat(DisplayText.escape(name)).isEqualTo("a" + written + "b");
    assertThat(DisplayText.escape(DisplayText.escape(name))).isEqualTo("a" + written + "b");
  }

  @Test
  void whatCanBeSeen_staysAsItIs() {
    String name = "/models/größe 模型 🦙 é/\\n.safetensors";
    assertThat(DisplayText.escape(name)).isSameAs(name);
  }
}
