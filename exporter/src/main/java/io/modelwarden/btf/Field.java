// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import java.nio.ByteBuffer;

/**
 * One field of a struct.
 *
 * @param offset bytes from the start of the outermost struct
 * @param sizeBytes of one element
 * @param integer whether an element is an integer or an enum, not a struct, union or pointer
 * @param count elements of an array, 1 otherwise
 */
public record Field(
    String name, int offset, int sizeBytes, boolean integer, boolean signed, int count) {

  /** An unsigned or signed value of up to 8 bytes at {@code base + offset}. */
  public long get(ByteBuffer buffer, int base) {
    int at = base + offset;
    return switch (sizeBytes) {
      case 1 -> signed ? buffer.get(at) : Byte.toUnsignedLong(buffer.get(at));
      case 2 -> signed ? buffer.getShort(at) : Short.toUnsignedLong(buffer.getShort(at));
      case 4 -> signed ? buffer.getInt(at) : Integer.toUnsignedLong(buffer.getInt(at));
      default -> buffer.getLong(at);
    };
  }

  public int getInt(ByteBuffer buffer, int base) {
    return (int) get(buffer, base);
  }

  public void put(ByteBuffer buffer, int base, long value) {
    int at = base + offset;
    switch (sizeBytes) {
      case 1 -> buffer.put(at, (byte) value);
      case 2 -> buffer.putShort(at, (short) value);
      case 4 -> buffer.putInt(at, (int) value);
      default -> buffer.putLong(at, value);
    }
  }
}
