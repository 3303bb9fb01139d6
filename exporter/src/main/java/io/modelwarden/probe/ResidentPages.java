// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Null if there is no such process. */
  static @Nullable ResidentPages of(int pid) {
    try {
      return parse(Files.readString(Path.of("/proc/" + pid + "/statm")));
    } catch (IOException | RuntimeException gone) {
      return null;
    }
  }

  static ResidentPages parse(String statm) {
    String[] fields = statm.split(" ");
    return new ResidentPages(
        Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
  }

  long allBytes() {
    return all * PAGE_BYTES;
  }
}
