// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import io.modelwarden.model.ContentDetector.RangeReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * Names of the files in a zip: its first one, and those of the directory at its end (APPNOTE.TXT
 * 4.3). Nothing in it is believed: each offset and length is held to what there is.
 */
final class ZipNames {

  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int LOCAL_HEADER_BYTES = 30;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END_64_LOCATOR = 0x07064b50;
  private static final int END_64_LOCATOR_BYTES = 20;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int LONGEST_COMMENT = 65_535;
  private static final int MOST_DIRECTORY_BYTES = 1 << 20; // some 10,000 files

  private ZipNames() {}

  /** Whether any name fits; false for what is no zip. */
  static boolean any(byte[] head, long sizeBytes, RangeReader reader, Predicate<String> fits) {
    ByteBuffer first = view(head);
    if (head.length < LOCAL_HEADER_BYTES || first.getInt(0) != LOCAL_HEADER) {
      return false;
    }
    int length = Short.toUnsignedInt(first.getShort(26));
    return fits.test(name(head, LOCAL_HEADER_BYTES, length))
        || anyInDirectory(directory(sizeBytes, reader), fits);
  }

  private static boolean anyInDirectory(byte[] directory, Predicate<String> fits) {
    ByteBuffer entries = view(directory);
    int at = 0;
    while (at + ENTRY_BYTES <= directory.length && entries.getInt(at) == ENTRY) {
      int length = Short.toUnsignedInt(entries.getShort(at + 28));
      if (fits.test(name(directory, at + ENTRY_BYTES, length))) {
        return true;
      }
      int extra = Short.toUnsignedInt(entries.getShort(at + 30));
      int comment = Short.toUnsignedInt(entries.getShort(at + 32));
      at += ENTRY_BYTES + length + extra + comment;
    }
    return false;
  }

  /** The directory's first bytes, or none if its end is out of reach or damaged. */
  private static byte[] directory(long sizeBytes, RangeReader reader) {
    if (sizeBytes < END_BYTES) {
      return new byte[0];
    }
    int wanted = (int) Math.min(sizeBytes, END_BYTES + LONGEST_COMMENT + END_64_LOCATOR_BYTES);
    byte[] tail = reader.read(sizeBytes - wanted, wanted);
    ByteBuffer bytes = view(tail);
    for (int at = tail.length - END_BYTES; at >= 0; at--) {
      boolean isEnd =
          bytes.getInt(at) == END
              && Short.toUnsignedInt(bytes.getShort(at + 20)) == tail.length - at - END_BYTES;
      if (isEnd) {
        long offset = Integer.toUnsignedLong(bytes.getInt(at + 16));
        int locator = at - END_64_LOCATOR_BYTES;
        return locator >= 0 && bytes.getInt(locator) == END_64_LOCATOR
            ? directory64(bytes.getLong(locator + 8), sizeBytes, reader)
            : read(offset, sizeBytes, reader);
      }
    }
    return new byte[0];
  }

  private static byte[] directory64(long end, long sizeBytes, RangeReader reader) {
    if (end < 0 || end > sizeBytes - END_64_BYTES) {
      return new byte[0];
    }
    byte[] record = reader.read(end, END_64_BYTES);
    return record.length == END_64_BYTES && view(record).getInt(0) == END_64
        ? read(view(record).getLong(48), sizeBytes, reader)
        : new byte[0];
  }

  private static byte[] read(long offset, long sizeBytes, RangeReader reader) {
    return offset < 0 || offset >= sizeBytes
        ? new byte[0]
        : reader.read(offset, (int) Math.min(sizeBytes - offset, MOST_DIRECTORY_BYTES));
  }

  private static String name(byte[] bytes, int offset, int length) {
    return length > bytes.length - offset
        ? ""
        : new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  private static ByteBuffer view(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
