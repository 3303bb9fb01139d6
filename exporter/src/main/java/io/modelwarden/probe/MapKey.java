// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The key of a map's entry, byte for byte: the smallest thing by which to remember it. */
final class MapKey {

  private final byte[] bytes;
  private final int hash;

  private MapKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /** Of bytes that nobody changes any more. */
  static MapKey of(byte[] bytes) {
    return new MapKey(bytes);
  }

  static MapKey copy(ByteBuffer keys, int at, int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    keys.get(at, bytes);
    return new MapKey(bytes);
  }

  /** To read fields from, at offset 0. */
  ByteBuffer view() {
    return Layouts.view(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof MapKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
