// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import java.time.Duration;

/** What one process has written to a channel, or read from it. */
final class ChannelEnd {

  /** The window slides in so many steps; the one that runs is its last. */
  private static final int STEPS = 60;

  final Via via;
  TrackedProcess process;

  /** Whether the process writes and reads no more, as far as is known. */
  boolean ended;

  long bytes;
  long firstEpochNanos;
  long lastNanos;
  private long lastEpochNanos;
  private long mostBytes;
  private long uncredited;
  private final long stepNanos;
  private final HourlyTotal recent = new HourlyTotal(STEPS - 1);

  ChannelEnd(TrackedProcess process, Via via, Duration window) {
    this.process = process;
    this.via = via;
    this.stepNanos = window.toNanos() / STEPS;
  }

  /** Whether what was read is gone: in files and in memory it stays for the next one. */
  boolean isStream() {
    return via == Via.PIPE || via == Via.SOCKET;
  }

  void moved(Increment increment, long nowNanos) {
    bytes += increment.bytes();
    uncredited += increment.bytes();
    mostBytes = Math.max(mostBytes, recent.add(nowNanos / stepNanos, increment.bytes()));
    firstEpochNanos = firstEpochNanos == 0 ? increment.firstEpochNanos() : firstEpochNanos;
    lastEpochNanos = Math.max(lastEpochNanos, increment.lastEpochNanos());
    lastNanos = nowNanos;
  }

  /** Of the window, and at most a step less: not more, or a log that is long enough crosses. */
  long recentBytes(long nowNanos) {
    return recent.sum(nowNanos / stepNanos);
  }

  /** Of any window so far: what was written stays there to be read later. */
  long mostBytes() {
    return mostBytes;
  }

  /**
   * Bytes read that nobody was known to hold before.
   *
   * @param onlyRecent leaves out those from before the window
   */
  long takeUncredited(boolean onlyRecent, long nowNanos) {
    long taken = onlyRecent ? Math.min(uncredited, recentBytes(nowNanos)) : uncredited;
    uncredited = 0;
    return taken;
  }

  /** All of it as one. */
  Increment increment() {
    return new Increment(bytes, 1, firstEpochNanos, lastEpochNanos);
  }
}
