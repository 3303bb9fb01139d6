// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.util.HexFormat;

/**
 * Tells copies of a file by its size, its first and its last bytes: two small reads, whatever the
 * size. Equal fingerprints join names and prove nothing: whoever writes a file chooses those bytes.
 * That is why a plain hash does; a cryptographic one would guard nothing more.
 */
public final class Fingerprint {

  /** Where formats keep their list of tensors. */
  public static final int HEAD_BYTES = 4096;

  /**
   * Fine-tunes share the head, and the last tensor is often a small one that training leaves alone.
   */
  public static final int TAIL_BYTES = 65_536;

  private static final long FIRST = 0x9e3779b97f4a7c15L;
  private static final long SECOND = 0xc2b2ae3d27d4eb4fL;

  private Fingerprint() {}

  /** 32 hexadecimal digits. */
  public static String of(long sizeBytes, byte[] head, byte[] tail) {
    long a = mix(sizeBytes ^ FIRST);
    long b = mix(sizeBytes ^ SECOND);
    for (byte[] part : new byte[][] {head, tail}) {
      for (byte one : part) {
        a = mix(a ^ one & 0xff) * FIRST;
        b = Long.rotateLeft((b ^ one & 0xff) * SECOND, 29);
      }
      a = mix(a ^ part.length);
      b = mix(b ^ part.length);
    }
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(mix(a ^ Long.rotateLeft(b, 32))) + hex.toHexDigits(mix(b ^ a));
  }

  /** A bijection in which each bit of the input reaches each bit of the output. */
  private static long mix(long value) {
    long mixed = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }
}
