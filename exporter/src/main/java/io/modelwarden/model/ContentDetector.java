// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tells models by their bytes. Strict, because magic numbers are weak: most zip files are no
 * PyTorch archives, and ONNX has no magic number at all. Sources: the formats' own specifications.
 */
public final class ContentDetector {

  /** Bytes of a file, wherever they come from. */
  @FunctionalInterface
  public interface RangeReader {
    /** Up to {@code length} bytes from {@code offset}; fewer at the end or out of reach. */
    byte[] read(long offset, int length);
  }

  /** Bytes that are enough for every format but zip, whose directory stands at its end. */
  public static final int HEAD_BYTES = 4096;

  private static final int SHORTEST_BYTES = 24;
  private static final long LONGEST_HEADER = 100_000_000; // the limit of the safetensors reader
  private static final int GGUF = 0x46554747;
  private static final int TFLITE = 0x334c4654;
  private static final int NEWEST_GGUF = 9;
  private static final long MOST_TENSORS = 1 << 24;
  // The number that torch.save wrote first before version 1.6, as a pickle of protocol 2.
  private static final byte[] TORCH_LEGACY =
      HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");
  private static final byte[] NUMPY = HexFormat.of().parseHex("934e554d5059");
  private static final byte[] HDF5 = HexFormat.of().parseHex("894844460d0a1a0a");

  private ContentDetector() {}

  /**
   * The format of a model that begins so and is so long, or empty if it is none.
   *
   * @param head the first {@link #HEAD_BYTES}, or the whole of a shorter file
   * @param reader for the end of zip files; what it cannot reach only makes them less sure
   */
  public static Optional<ModelFormat> detect(byte[] head, long sizeBytes, RangeReader reader) {
    if (head.length < SHORTEST_BYTES) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    if (isSafetensors(bytes, sizeBytes)) {
      return Optional.of(ModelFormat.SAFETENSORS);
    }
    if (isGguf(bytes)) {
      return Optional.of(ModelFormat.GGUF);
    }
    if (startsWith(head, TORCH_LEGACY)
        || ZipNames.any(head, sizeBytes, reader, name -> isFile(name, "data.pkl"))) {
      return Optional.of(ModelFormat.PYTORCH);
    }
    if (isTflite(bytes, sizeBytes)) {
      return Optional.of(ModelFormat.TFLITE);
    }
    return OnnxHead.matches(head, sizeBytes) ? Optional.of(ModelFormat.ONNX) : Optional.empty();
  }

  /**
   * As {@link #detect}, and the formats that data sets have too: only for files that somebody has
   * declared to be models.
   */
  public static Optional<ModelFormat> detectDeclared(
      byte[] head, long sizeBytes, RangeReader reader) {
    Optional<ModelFormat> format = detect(head, sizeBytes, reader);
    if (format.isPresent()) {
      return format;
    }
    if (startsWith(head, NUMPY)
        || ZipNames.any(head, sizeBytes, reader, name -> name.endsWith(".npy"))) {
      return Optional.of(ModelFormat.NUMPY);
    }
    // The superblock stands at 0, 512, 1024, 2048 …
    if (IntStream.of(0, 512, 1024, 2048).anyMatch(offset -> hasAt(head, offset, HDF5))) {
      return Optional.of(ModelFormat.HDF5);
    }
    return head.length > 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5
        ? Optional.of(ModelFormat.PICKLE)
        : Optional.empty();
  }

  /** A length, then JSON of that length, then the tensors. */
  private static boolean isSafetensors(ByteBuffer bytes, long sizeBytes) {
    long header = bytes.getLong(0);
    return header >= 2
        && header <= Math.min(LONGEST_HEADER, sizeBytes - 8)
        && bytes.get(8) == '{'
        && "\" }\n\r\t".indexOf(bytes.get(9)) >= 0;
  }

  /** A magic number, a version, then the numbers of tensors and of metadata. */
  private static boolean isGguf(ByteBuffer bytes) {
    if (bytes.getInt(0) != GGUF) {
      return false;
    }
    int version = bytes.getInt(4);
    if (version == 1) {
      return isCount(bytes.getInt(8)) && isCount(bytes.getInt(12));
    }
    boolean swapped = version < 1 || version > NEWEST_GGUF; // written for a big-endian machine
    version = swapped ? Integer.reverseBytes(version) : version;
    return version > 1
        && version <= NEWEST_GGUF
        && isCount(swapped ? Long.reverseBytes(bytes.getLong(8)) : bytes.getLong(8))
        && isCount(swapped ? Long.reverseBytes(bytes.getLong(16)) : bytes.getLong(16));
  }

  private static boolean isCount(long number) {
    return number >= 0 && number <= MOST_TENSORS;
  }

  /** A FlatBuffer: the offset of its root, then the identifier. */
  private static boolean isTflite(ByteBuffer bytes, long sizeBytes) {
    long root = Integer.toUnsignedLong(bytes.getInt(0));
    return bytes.getInt(4) == TFLITE && root >= 8 && root < sizeBytes;
  }

  private static boolean isFile(String name, String file) {
    return name.equals(file) || name.endsWith("/" + file);
  }

  private static boolean startsWith(byte[] head, byte[] magic) {
    return hasAt(head, 0, magic);
  }

  private static boolean hasAt(byte[] head, int offset, byte[] magic) {
    return head.length >= offset + magic.length
        && Arrays.equals(head, offset, offset + magic.length, magic, 0, magic.length);
  }
}
