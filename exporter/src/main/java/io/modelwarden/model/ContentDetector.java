// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Tells models by their first bytes. Strict, because magic numbers are weak: most zip files are no
 * PyTorch archives, and ONNX has no magic number at all. Sources: the formats' own specifications.
 */
public final class ContentDetector {

  /** Bytes that are enough for every format here. */
  public static final int HEAD_BYTES = 4096;

  private static final long LONGEST_HEADER = 100_000_000; // the limit of the safetensors reader
  private static final int GGUF = 0x46554747;
  private static final int ZIP_ENTRY = 0x04034b50;

  private ContentDetector() {}

  /** The format of a model that begins so and is so long, or empty if it is none. */
  public static Optional<ModelFormat> detect(byte[] head, long sizeBytes) {
    if (head.length < 16) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    if (isSafetensors(bytes, sizeBytes)) {
      return Optional.of(ModelFormat.SAFETENSORS);
    }
    if (bytes.getInt(0) == GGUF && bytes.getInt(4) >= 1 && bytes.getInt(4) <= 9) {
      return Optional.of(ModelFormat.GGUF);
    }
    if (isPytorch(bytes, head)) {
      return Optional.of(ModelFormat.PYTORCH);
    }
    if (text(head, 4, 4).equals("TFL3")) {
      return Optional.of(ModelFormat.TFLITE);
    }
    return isOnnx(head) ? Optional.of(ModelFormat.ONNX) : Optional.empty();
  }

  /** A length, then JSON of that length, then the tensors. */
  private static boolean isSafetensors(ByteBuffer bytes, long sizeBytes) {
    long header = bytes.getLong(0);
    return header >= 2
        && header <= Math.min(LONGEST_HEADER, sizeBytes - 8)
        && bytes.get(8) == '{'
        && (bytes.get(9) == '"' || bytes.get(9) == ' ' || bytes.get(9) == '}');
  }

  /** A zip whose first entry is the pickle of a PyTorch archive: NAME/data.pkl. */
  private static boolean isPytorch(ByteBuffer bytes, byte[] head) {
    if (bytes.getInt(0) != ZIP_ENTRY || head.length < 64) {
      return false;
    }
    int nameBytes = Short.toUnsignedInt(bytes.getShort(26));
    return nameBytes < head.length - 30
        && (text(head, 30, nameBytes).endsWith("/data.pkl")
            || text(head, 30, nameBytes).equals("data.pkl"));
  }

  /**
   * A protobuf of ModelProto: ir_version (field 1) from 1 to 20, then the name of its producer (2)
   * or its graph (7), or the operator sets (8).
   */
  private static boolean isOnnx(byte[] head) {
    if (head[0] != 0x08 || head[1] < 1 || head[1] > 20) {
      return false;
    }
    if (head[2] == 0x12) {
      int length = head[3];
      return length > 0
          && length < 64
          && text(head, 4, length).chars().allMatch(c -> c >= ' ' && c < 127);
    }
    return head[2] == 0x3a || head[2] == 0x42;
  }

  private static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
  }
}
