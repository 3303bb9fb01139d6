// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Types of a BTF section (Documentation/bpf/btf.rst). */
public final class BtfFile {

  private static final int MAGIC = 0xeb9f;
  private static final int KIND_INT = 1;
  private static final int KIND_POINTER = 2;
  private static final int KIND_ARRAY = 3;
  private static final int KIND_STRUCT = 4;
  private static final int KIND_UNION = 5;
  private static final int KIND_ENUM = 6;
  private static final int KIND_TYPEDEF = 8;
  private static final int KIND_RESTRICT = 11;
  private static final int KIND_FUNC_PROTO = 13;
  private static final int KIND_VAR = 14;
  private static final int KIND_DATASEC = 15;
  private static final int KIND_DECL_TAG = 17;
  private static final int KIND_TYPE_TAG = 18;
  private static final int KIND_ENUM64 = 19;
  private static final int DEPTH = 16;
  // A damaged struct can contain itself; depth alone would let it grow to powers of its fields.
  private static final int FIELDS = 4096;

  /** Body starts behind the 12 bytes that all types share. */
  private record Type(
      String name, int kind, int count, boolean kindFlag, int sizeOrType, int body) {}

  private final ByteBuffer bytes;
  private final int stringsOffset;
  private final List<Type> types = new ArrayList<>();

  private BtfFile(ByteBuffer bytes) {
    this.bytes = bytes;
    if (Short.toUnsignedInt(bytes.getShort(0)) != MAGIC) {
      throw new BtfException("not BTF: wrong magic number");
    }
    int header = bytes.getInt(4);
    int typesStart = header + bytes.getInt(8);
    int typesEnd = typesStart + bytes.getInt(12);
    this.stringsOffset = header + bytes.getInt(16);
    readTypes(typesStart, typesEnd);
  }

  public static BtfFile fromElf(byte[] object) {
    return of(ElfFile.of(object).section(".BTF"));
  }

  /** From the bytes of the section itself. */
  public static BtfFile of(ByteBuffer section) {
    return ElfFile.checked(() -> new BtfFile(section.order(ByteOrder.LITTLE_ENDIAN)));
  }

  public StructLayout struct(String name) {
    for (Type type : types) {
      if (type.kind() == KIND_STRUCT && type.name().equals(name)) {
        Map<String, Field> fields = new LinkedHashMap<>();
        ElfFile.checked(() -> addFields(type, "", 0, fields, 0));
        requireInside(type, fields);
        return new StructLayout(name, type.sizeOrType(), Map.copyOf(fields));
      }
    }
    throw new BtfException("struct " + name + " is not in the object");
  }

  /** Constants of an enum by name, in their order. */
  public Map<String, Long> enumeration(String name) {
    for (Type type : types) {
      if ((type.kind() == KIND_ENUM || type.kind() == KIND_ENUM64) && type.name().equals(name)) {
        return ElfFile.checked(() -> constants(type));
      }
    }
    throw new BtfException("enum " + name + " is not in the object");
  }

  private Map<String, Long> constants(Type type) {
    Map<String, Long> result = new LinkedHashMap<>();
    int entryBytes = type.kind() == KIND_ENUM64 ? 12 : 8;
    for (int i = 0; i < type.count(); i++) {
      int at = type.body() + i * entryBytes;
      result.put(string(bytes.getInt(at)), constant(type, at + 4));
    }
    return result;
  }

  /** For enums the flag says that the constants are signed. */
  private long constant(Type type, int at) {
    if (type.kind() == KIND_ENUM64) {
      return Integer.toUnsignedLong(bytes.getInt(at)) | (long) bytes.getInt(at + 4) << 32;
    }
    int value = bytes.getInt(at);
    return type.kindFlag() ? value : Integer.toUnsignedLong(value);
  }

  private static void requireInside(Type struct, Map<String, Field> fields) {
    for (Field field : fields.values()) {
      long end = field.offset() + (long) field.sizeBytes() * field.count();
      if (field.offset() < 0 || field.sizeBytes() < 0 || end > struct.sizeOrType()) {
        throw new BtfException(
            "struct %s, field %s: lies outside the struct's %d bytes"
                .formatted(struct.name(), field.name(), struct.sizeOrType()));
      }
    }
  }

  private Map<String, Field> addFields(
      Type struct, String prefix, int base, Map<String, Field> fields, int depth) {
    if (depth > DEPTH) {
      throw new BtfException("struct " + struct.name() + " is nested too deeply");
    }
    for (int i = 0; i < struct.count(); i++) {
      int at = struct.body() + i * 12;
      String name = prefix + string(bytes.getInt(at));
      int place = bytes.getInt(at + 8);
      int bits = struct.kindFlag() ? place & 0xffffff : place;
      if (bits % 8 != 0 || struct.kindFlag() && place >>> 24 != 0) {
        throw new BtfException(
            "struct %s, field %s: expected whole bytes, found a bit field"
                .formatted(struct.name(), name));
      }
      addField(name, bytes.getInt(at + 4), base + bits / 8, fields, depth);
    }
    return fields;
  }

  private void addField(String name, int typeId, int offset, Map<String, Field> fields, int depth) {
    Type type = resolve(typeId);
    int count = 1;
    for (int i = 0; i < DEPTH && type.kind() == KIND_ARRAY; i++) {
      count = Math.multiplyExact(count, bytes.getInt(type.body() + 8));
      type = resolve(bytes.getInt(type.body()));
    }
    boolean nested = type.kind() == KIND_STRUCT || type.kind() == KIND_UNION;
    int size = type.kind() == KIND_POINTER ? 8 : type.sizeOrType();
    boolean signed = type.kind() == KIND_INT && (bytes.getInt(type.body()) >>> 24 & 1) != 0;
    fields.put(name, new Field(name, offset, size, isInteger(type), signed, count));
    if (fields.size() > FIELDS) {
      throw new BtfException("field " + name + ": the struct has more than " + FIELDS + " fields");
    }
    if (nested && count == 1) {
      addFields(type, name.isEmpty() ? "" : name + ".", offset, fields, depth + 1);
    }
  }

  private static boolean isInteger(Type type) {
    return type.kind() == KIND_INT || type.kind() == KIND_ENUM || type.kind() == KIND_ENUM64;
  }

  /** Through typedefs and qualifiers to the type that has a size. */
  private Type resolve(int id) {
    Type type = types.get(id - 1);
    for (int i = 0; i < DEPTH && isAlias(type.kind()); i++) {
      type = types.get(type.sizeOrType() - 1);
    }
    return type;
  }

  private static boolean isAlias(int kind) {
    return kind >= KIND_TYPEDEF && kind <= KIND_RESTRICT || kind == KIND_TYPE_TAG;
  }

  private void readTypes(int start, int end) {
    for (int at = start; at + 12 <= end; ) {
      int info = bytes.getInt(at + 4);
      Type type =
          new Type(
              string(bytes.getInt(at)),
              info >>> 24 & 0x1f,
              info & 0xffff,
              info < 0,
              bytes.getInt(at + 8),
              at + 12);
      types.add(type);
      at += 12 + bodyBytes(type);
    }
  }

  private static int bodyBytes(Type type) {
    return switch (type.kind()) {
      case KIND_INT, KIND_VAR, KIND_DECL_TAG -> 4;
      case KIND_ARRAY -> 12;
      case KIND_STRUCT, KIND_UNION, KIND_DATASEC, KIND_ENUM64 -> 12 * type.count();
      case KIND_ENUM, KIND_FUNC_PROTO -> 8 * type.count();
      case 2, 7, 8, 9, 10, 11, 12, 16, 18 -> 0;
      default -> throw new BtfException("unknown kind of type " + type.kind());
    };
  }

  private String string(int offset) {
    int start = stringsOffset + offset;
    int end = start;
    while (bytes.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - start];
    bytes.get(start, name);
    return new String(name, StandardCharsets.UTF_8);
  }
}
