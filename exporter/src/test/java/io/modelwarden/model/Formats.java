// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes small valid files of each format. */
final class Formats {

  private static final byte[] WEIGHTS = new byte[8192];

  private Formats() {}

  static byte[] safetensors(String json) {
    byte[] header = text(json);
    return little(8 + header.length + WEIGHTS.length)
        .putLong(header.length)
        .put(header)
        .put(WEIGHTS)
        .array();
  }

  static byte[] safetensors() {
    return safetensors(
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"w\":{\"dtype\":\"F16\",\"shape\":[4096],\"data_offsets\":[0,8192]}}");
  }

  static byte[] gguf(int version, ByteOrder order) {
    ByteBuffer file = ByteBuffer.allocate(4096).order(order);
    file.put(text("GGUF")).putInt(version);
    return (version == 1 ? file.putInt(291).putInt(20) : file.putLong(291).putLong(20)).array();
  }

  static byte[] zip(String... names) {
    return zip(List.of(names), "");
  }

  static byte[] zip(List<String> names, String comment) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setComment(comment);
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.length());
        zip.closeEntry();
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** What torch.save wrote before version 1.6: its magic number, then a protocol version. */
  static byte[] legacyTorch() {
    return little(64)
        .put(new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46})
        .put(new byte[] {(byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19, '.'})
        .put(new byte[] {(byte) 0x80, 2, 'M', (byte) 0xe9, 3, '.'})
        .array();
  }

  static byte[] tflite() {
    return little(64).putInt(28).put(text("TFL3")).array();
  }

  /** A ModelProto: ir_version, producer_name, producer_version, graph {node}, opset_import. */
  static byte[] onnx() {
    byte[] node =
        field(1, concat(field(1, text("x")), field(2, text("y")), field(4, text("Relu"))));
    byte[] graph = concat(node, field(2, text("main")), field(5, WEIGHTS));
    return concat(
        new byte[] {0x08, 8},
        field(2, text("pytorch")),
        field(3, text("2.4.0")),
        field(7, graph),
        field(8, new byte[] {0x10, 17}));
  }

  static byte[] numpy() {
    return little(128).put((byte) 0x93).put(text("NUMPY\1\0v\0{'descr': '<f2'}")).array();
  }

  /** With a user block in front of the superblock. */
  static byte[] hdf5(int superblockAt) {
    return little(superblockAt + 96)
        .position(superblockAt)
        .put((byte) 0x89)
        .put(text("HDF\r\n\u001a\n"))
        .array();
  }

  static byte[] pickle() {
    return little(64).put(new byte[] {(byte) 0x80, 4, (byte) 0x95, 10}).array();
  }

  static byte[] field(int number, byte[] value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(number << 3 | 2);
    int length = value.length;
    for (; length > 0x7f; length >>>= 7) {
      bytes.write(length & 0x7f | 0x80);
    }
    bytes.write(length);
    bytes.writeBytes(value);
    return bytes.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
