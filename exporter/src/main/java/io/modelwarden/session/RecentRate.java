// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/**
 * Bytes per second over the last five seconds, from the window of five seconds that runs and the
 * one before: little enough to be kept for every file of every process.
 */
final class RecentRate {

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long WINDOW_NANOS = 5 * SECOND_NANOS;

  private long firstNanos = -1;
  private long window;
  private long before;
  private long current;

  /**
   * @param nowNanos steady time, as everywhere here
   */
  void add(long nowNanos, long bytes) {
    if (firstNanos < 0) {
      firstNanos = nowNanos;
    }
    roll(nowNanos);
    current += bytes;
  }

  /** The mean since the first bytes if they are not as old as the window; at least of a second. */
  long perSecond(long nowNanos) {
    roll(nowNanos);
    long age = nowNanos - firstNanos;
    if (age < WINDOW_NANOS) {
      return (before + current) * SECOND_NANOS / Math.max(age, SECOND_NANOS);
    }
    double still = 1 - (double) (nowNanos % WINDOW_NANOS) / WINDOW_NANOS;
    return Math.round((before * still + current) * SECOND_NANOS / WINDOW_NANOS);
  }

  private void roll(long nowNanos) {
    long now = nowNanos / WINDOW_NANOS;
    if (now != window) {
      before = now == window + 1 ? current : 0;
      current = 0;
      window = now;
    }
  }
}
