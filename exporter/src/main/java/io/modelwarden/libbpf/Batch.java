// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Room for what one call takes out of a map. It is used again with the next poll. */
final class Batch {

  final int entries;
  final Memory cursor;
  final Memory count = new Memory(Integer.BYTES);
  final Memory keys;
  final Memory values;
  final ByteBuffer keyBuffer;
  final ByteBuffer valueBuffer;

  Batch(int entries, int keyBytes, int valueBytes) {
    this(entries, keyBytes, valueBytes, new Memory(Math.max(keyBytes, Long.BYTES)));
  }

  private Batch(int entries, int keyBytes, int valueBytes, Memory cursor) {
    this.entries = entries;
    this.cursor = cursor;
    this.keys = new Memory((long) entries * keyBytes);
    this.values = new Memory((long) entries * ((valueBytes + 7) / 8 * 8));
    this.keyBuffer = bytes(keys);
    this.valueBuffer = bytes(values);
  }

  /** Twice the room, at the same place of the map. */
  Batch larger(int keyBytes, int valueBytes) {
    return new Batch(2 * entries, keyBytes, valueBytes, cursor);
  }

  private static ByteBuffer bytes(Memory memory) {
    return memory.getByteBuffer(0, memory.size()).order(ByteOrder.LITTLE_ENDIAN);
  }
}
