// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Suffixes as the kernel compares them: two words of the value, then two of the mask, each. */
final class SuffixRules {

  static final int RULE_BYTES = 32;
  private static final int SUFFIX_BYTES = 16;

  private SuffixRules() {}

  /** The array for {@code setting_suffixes}, right-aligned, so that a name's end is compared. */
  static byte[] encode(List<String> suffixes, int capacity) {
    ByteBuffer rules = ByteBuffer.allocate(capacity * RULE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (String suffix : suffixes) {
      byte[] bytes = suffix.getBytes(StandardCharsets.UTF_8);
      byte[] value = new byte[SUFFIX_BYTES];
      byte[] mask = new byte[SUFFIX_BYTES];
      for (int i = 0; i < bytes.length; i++) {
        int place = SUFFIX_BYTES - bytes.length + i;
        value[place] = bytes[i];
        mask[place] = (byte) 0xff;
      }
      rules.put(value).put(mask);
    }
    return rules.array();
  }
}
