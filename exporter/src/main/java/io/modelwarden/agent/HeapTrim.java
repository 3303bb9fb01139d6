// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import java.util.concurrent.TimeUnit;

/**
 * Gives memory back after a flood. The collector of a small heap runs only when it is full, and a
 * quiet agent fills it in hours.
 */
final class HeapTrim {

  /** What the agent has at rest is about half of this. */
  private static final long LARGE_BYTES = 16 << 20;

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);

  private long lastNanos = System.nanoTime();

  /** Called after a poll that found nothing under way; takes some 20 ms when there is a reason. */
  void idle() {
    long now = System.nanoTime();
    if (now - lastNanos >= INTERVAL_NANOS && Runtime.getRuntime().totalMemory() > LARGE_BYTES) {
      lastNanos = now;
      System.gc();
    }
  }
}
