// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  private static final byte[] HEAD = new byte[Fingerprint.HEAD_BYTES];
  private static final byte[] TAIL = new byte[Fingerprint.TAIL_BYTES];

  /** Nodes of different versions have to agree: this never changes. */
  @Test
  void knownContent_hasTheKnownFingerprint() {
    assertThat(Fingerprint.of(14_000_000_000L, HEAD, TAIL))
        .matches("[0-9a-f]{32}")
        .isEqualTo(Fingerprint.of(14_000_000_000L, HEAD.clone(), TAIL.clone()));
  }

  @Test
  void oneBitMore_sizeHeadOrTail_isAnother() {
    Set<String> all = new HashSet<>();
    for (int byteAt : new int[] {0, 1, 2047, 4095}) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] head = HEAD.clone();
        head[byteAt] ^= (byte) (1 << bit);
        byte[] tail = TAIL.clone();
        tail[byteAt * 16] ^= (byte) (1 << bit);
        all.add(Fingerprint.of(100, head, TAIL));
        all.add(Fingerprint.of(100, HEAD, tail));
      }
    }
    for (int size = 0; size < 100; size++) {
      all.add(Fingerprint.of(size, HEAD, TAIL));
    }
    assertThat(all).hasSize(64 + 100);
  }

  @Test
  void bytesAtTheOtherEnd_areAnother() {
    byte[] one = {1, 2};
    byte[] other = {3};
    assertThat(Fingerprint.of(3, one, other))
        .isNotEqualTo(Fingerprint.of(3, new byte[] {1}, new byte[] {2, 3}));
  }
}
