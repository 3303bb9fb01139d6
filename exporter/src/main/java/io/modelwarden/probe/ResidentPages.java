// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What /proc/PID/statm says of an address space, without a walk: whether it pays to look closer.
 * Kernels that count by processor tell it some pages late.
 *
 * @param mapped pages of the address space, resident or not
 * @param all pages that are resident
 * @param file those of files and of shared memory
 */
record ResidentPages(long mapped, long all, long file) {

  private static final long PAGE_BYTES = 4096;
  private static final int MOST_BYTES = 256; // seven numbers

  /** Null if there is no such process. */
  static @Nullable ResidentPages of(int pid) {
    byte[] text = new byte[MOST_BYTES];
    try (InputStream statm = new FileInputStream("/proc/" + pid + "/statm")) {
      return parse(text, statm.read(text));
    } catch (IOException | NumberFormatException gone) {
      return null;
    }
  }

  /** By hand: it is read of many processes every two seconds. */
  static ResidentPages parse(byte[] text, int length) {
    long[] numbers = new long[3];
    int at = 0;
    for (int i = 0; i < numbers.length; i++, at++) {
      int begin = at;
      for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
        numbers[i] = numbers[i] * 10 + text[at] - '0';
      }
      if (at == begin) {
        throw new NumberFormatException("no number at " + at);
      }
    }
    return new ResidentPages(numbers[0], numbers[1], numbers[2]);
  }

  long allBytes() {
    return all * PAGE_BYTES;
  }
}
