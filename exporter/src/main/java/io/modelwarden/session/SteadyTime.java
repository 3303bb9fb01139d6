// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/**
 * Time that never goes back, made from ticks of a clock that may. A step back of the clock stops it
 * for one tick, so that deadlines still come.
 */
final class SteadyTime {

  private boolean started;
  private long startEpochNanos;
  private long lastEpochNanos;
  private long elapsedNanos;

  void tick(long nowEpochNanos) {
    if (started && nowEpochNanos > lastEpochNanos) {
      elapsedNanos += nowEpochNanos - lastEpochNanos;
    }
    startEpochNanos = started ? startEpochNanos : nowEpochNanos;
    started = true;
    lastEpochNanos = nowEpochNanos;
  }

  /** Nanoseconds since the first tick. */
  long nanos() {
    return elapsedNanos;
  }

  long hours() {
    return elapsedNanos / 3_600_000_000_000L;
  }

  /** What the clock said at the first tick. */
  long startEpochNanos() {
    return startEpochNanos;
  }

  /** What the clock said at the last tick. */
  long epochNanos() {
    return lastEpochNanos;
  }
}
