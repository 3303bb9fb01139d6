// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Reads what /proc/PID/smaps says of some areas: how many of their bytes the process has in its
 * page tables. The text comes in small pieces, because the kernel walks an area when it is asked
 * for it, and none is read behind the last that is wanted.
 */
final class ResidentAreas {

  private static final int PIECE_BYTES = 4096;
  private static final int LINE_BYTES = 64; // the paths at the end of a line say nothing here
  private static final long KIB = 1024;
  private static final byte[] RESIDENT = {'R', 's', 's', ':'};

  private final InputStream text;
  private final byte[] piece = new byte[PIECE_BYTES];
  private final byte[] line = new byte[LINE_BYTES];
  private int at;
  private int limit;
  private int length;

  private ResidentAreas(InputStream text) {
    this.text = text;
  }

  /**
   * @param addresses at which areas begin
   * @return resident bytes by address, of those that are there
   */
  static Map<Long, Long> read(InputStream smaps, Set<Long> addresses) throws IOException {
    long last = addresses.stream().max(Long::compareUnsigned).orElse(0L);
    Map<Long, Long> resident = new HashMap<>();
    ResidentAreas areas = new ResidentAreas(smaps);
    long address = 0;
    while (areas.nextLine()) {
      if (areas.beginsArea()) {
        address = areas.number(0, 16);
        if (Long.compareUnsigned(address, last) > 0) {
          break;
        }
      } else if (areas.tellsResident() && addresses.contains(address)) {
        resident.put(address, areas.number(RESIDENT.length, 10) * KIB);
      }
    }
    return resident;
  }

  /** Fields have capital letters, addresses small ones. */
  private boolean beginsArea() {
    return length > 0 && digit(line[0], 16) >= 0;
  }

  private boolean tellsResident() {
    for (int i = 0; i < RESIDENT.length; i++) {
      if (i >= length || line[i] != RESIDENT[i]) {
        return false;
      }
    }
    return true;
  }

  private long number(int from, int radix) {
    int start = from;
    while (start < length && line[start] == ' ') {
      start++;
    }
    long number = 0;
    for (int i = start; i < length && digit(line[i], radix) >= 0; i++) {
      number = number * radix + digit(line[i], radix);
    }
    return number;
  }

  private static int digit(byte character, int radix) {
    int digit = character >= 'a' ? character - 'a' + 10 : character - '0';
    return digit < radix && (digit < 10 || character >= 'a') ? digit : -1;
  }

  /** The beginning of the next line. */
  private boolean nextLine() throws IOException {
    length = 0;
    for (int next = nextByte(); next >= 0; next = nextByte()) {
      if (next == '\n') {
        return true;
      }
      if (length < line.length) {
        line[length++] = (byte) next;
      }
    }
    return length > 0;
  }

  private int nextByte() throws IOException {
    if (at == limit) {
      at = 0;
      limit = text.read(piece);
    }
    if (limit <= 0) {
      limit = 0;
      return -1;
    }
    return piece[at++];
  }
}
