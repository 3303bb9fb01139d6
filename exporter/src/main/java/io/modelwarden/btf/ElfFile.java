// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Sections and symbols of a little-endian 64-bit ELF file (System V gABI, chapter 4). */
public final class ElfFile {

  /** Where a global variable lies within its section. */
  public record Symbol(String section, long offset, long sizeBytes) {}

  private record Section(String name, int type, int offset, int size, int link) {}

  private static final int SYMBOL_TABLE = 2;
  private static final int NO_BITS = 8;
  private static final int SYMBOL_BYTES = 24;

  private final ByteBuffer bytes;
  private final Section[] sections;

  private ElfFile(ByteBuffer bytes) {
    this.bytes = bytes;
    this.sections = readSections();
  }

  public static ElfFile of(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < 64
        || bytes.getInt(0) != 0x464c457f
        || bytes.get(4) != 2
        || bytes.get(5) != 1) {
      throw new BtfException("not a little-endian 64-bit ELF file (" + file.length + " bytes)");
    }
    return checked(() -> new ElfFile(bytes));
  }

  /** A copy of the bytes of a section: whoever keeps it does not keep the whole file. */
  public ByteBuffer section(String name) {
    for (Section section : sections) {
      if (section.name().equals(name) && section.type() != NO_BITS) {
        ByteBuffer part = checked(() -> bytes.slice(section.offset(), section.size()));
        byte[] copy = new byte[part.remaining()];
        part.get(copy);
        return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    throw new BtfException("section " + name + " is missing: compile with -g -target bpf");
  }

  /** Named data symbols with their places. */
  public Map<String, Symbol> symbols() {
    Map<String, Symbol> found = new HashMap<>();
    for (Section table : sections) {
      if (table.type() == SYMBOL_TABLE) {
        checked(() -> readSymbols(table, found));
      }
    }
    return found;
  }

  private Map<String, Symbol> readSymbols(Section table, Map<String, Symbol> found) {
    Section names = sections[table.link()];
    for (int at = table.offset(); at + SYMBOL_BYTES <= table.offset() + table.size(); ) {
      String name = string(names.offset() + bytes.getInt(at));
      int section = Short.toUnsignedInt(bytes.getShort(at + 6));
      if (!name.isEmpty() && section > 0 && section < sections.length) {
        found.put(
            name,
            new Symbol(sections[section].name(), bytes.getLong(at + 8), bytes.getLong(at + 16)));
      }
      at += SYMBOL_BYTES;
    }
    return found;
  }

  private Section[] readSections() {
    int table = Math.toIntExact(bytes.getLong(0x28));
    int entryBytes = Short.toUnsignedInt(bytes.getShort(0x3a));
    int count = Short.toUnsignedInt(bytes.getShort(0x3c));
    int namesIndex = Short.toUnsignedInt(bytes.getShort(0x3e));
    int names = Math.toIntExact(bytes.getLong(table + namesIndex * entryBytes + 0x18));
    Section[] result = new Section[count];
    for (int i = 0; i < count; i++) {
      int at = table + i * entryBytes;
      result[i] =
          new Section(
              string(names + bytes.getInt(at)),
              bytes.getInt(at + 4),
              Math.toIntExact(bytes.getLong(at + 0x18)),
              Math.toIntExact(bytes.getLong(at + 0x20)),
              bytes.getInt(at + 0x28));
    }
    return result;
  }

  private String string(int offset) {
    int end = offset;
    while (bytes.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - offset];
    bytes.get(offset, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  static <T> T checked(java.util.function.Supplier<T> read) {
    try {
      return read.get();
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException damaged) {
      throw new BtfException("the object file is truncated or damaged: " + damaged.getMessage());
    }
  }
}
