// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Memory;

/** Clocks that Java does not offer. */
public final class Clocks {

  private Clocks() {}

  /** CLOCK_BOOTTIME: nanoseconds since boot, with time spent asleep. */
  public static long bootNanos() {
    return read(LibC.CLOCK_BOOTTIME);
  }

  /** Unix time at boot in nanoseconds: what turns the kernel's times into Unix time. */
  public static long epochAtBootNanos() {
    return read(LibC.CLOCK_REALTIME) - bootNanos();
  }

  private static long read(int clock) {
    try (Memory time = new Memory(16)) {
      LibC.INSTANCE.clock_gettime(clock, time);
      return time.getLong(0) * 1_000_000_000L + time.getLong(8);
    }
  }
}
