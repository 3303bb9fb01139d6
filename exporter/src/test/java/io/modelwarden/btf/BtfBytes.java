// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a BTF section type by type (Documentation/bpf/btf.rst); the first type has number 1. */
final class BtfBytes {

  private static final int HEADER_BYTES = 24;

  private final ByteArrayOutputStream types = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

  BtfBytes() {
    strings.write(0);
  }

  BtfBytes integer(String name, int sizeBytes, boolean signed) {
    return type(name, 1, 0, false, sizeBytes).words((signed ? 1 << 24 : 0) | sizeBytes * 8);
  }

  BtfBytes array(int element, int count) {
    return type("", 3, 0, false, 0).words(element, 1, count);
  }

  /** {@code typesAndBits} holds the type and the bit offset of fields f0, f1, … */
  BtfBytes struct(String name, int sizeBytes, int... typesAndBits) {
    return struct(name, sizeBytes, false, typesAndBits);
  }

  BtfBytes structWithBitFields(String name, int sizeBytes, int... typesAndBits) {
    return struct(name, sizeBytes, true, typesAndBits);
  }

  private BtfBytes struct(String name, int sizeBytes, boolean bitFields, int... typesAndBits) {
    type(name, 4, typesAndBits.length / 2, bitFields, sizeBytes);
    for (int i = 0; i < typesAndBits.length; i += 2) {
      words(string("f" + i / 2), typesAndBits[i], typesAndBits[i + 1]);
    }
    return this;
  }

  BtfBytes pointer(int target) {
    return type("", 2, 0, false, target);
  }

  BtfBytes typedef(String name, int target) {
    return type(name, 8, 0, false, target);
  }

  BtfBytes enum32(String name, boolean signed, String constant, int value) {
    return type(name, 6, 1, signed, 4).words(string(constant), value);
  }

  BtfBytes enum64(String name, String constant, long value) {
    return type(name, 19, 1, false, 8).words(string(constant), (int) value, (int) (value >>> 32));
  }

  ByteBuffer build() {
    ByteBuffer section =
        ByteBuffer.allocate(HEADER_BYTES + types.size() + strings.size())
            .order(ByteOrder.LITTLE_ENDIAN);
    section.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
    section.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
    return section.put(types.toByteArray()).put(strings.toByteArray()).rewind();
  }

  private BtfBytes type(String name, int kind, int count, boolean flag, int sizeOrType) {
    return words(string(name), (flag ? 1 << 31 : 0) | kind << 24 | count, sizeOrType);
  }

  private BtfBytes words(int... words) {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    types.writeBytes(bytes.array());
    return this;
  }

  private int string(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    int offset = strings.size();
    strings.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    strings.write(0);
    return offset;
  }
}
