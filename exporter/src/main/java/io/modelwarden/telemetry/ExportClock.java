// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time of what is exported, in Unix nanoseconds. It follows the node's clock forward, as when a
 * node that booted with a wrong one is set right, and never goes back: back ends refuse a point
 * that is older than the last, so that setting the clock back would silence the agent.
 */
final class ExportClock {

  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier events;
  private final LongSupplier wall;
  private long lastEventNanos;
  private long lastNanos;
  private volatile long correctionNanos;
  private volatile long aheadNanos;

  /**
   * @param events the clock that events carry: Unix time when the agent started, then steady
   * @param wall the node's clock
   */
  ExportClock(LongSupplier events, LongSupplier wall) {
    this.events = events;
    this.wall = wall;
    this.lastEventNanos = events.getAsLong();
    this.lastNanos = wall.getAsLong();
  }

  /** Now; what {@link #ofEvent} returns is on this clock from here on. */
  synchronized long nowNanos() {
    long event = events.getAsLong();
    long wallNow = wall.getAsLong();
    lastNanos = Math.max(wallNow, lastNanos + Math.max(0, event - lastEventNanos));
    lastEventNanos = event;
    correctionNanos = step(lastNanos - event);
    aheadNanos = step(lastNanos - wallNow);
    return lastNanos;
  }

  /** When an event is said to have been. */
  long ofEvent(long eventEpochNanos) {
    return eventEpochNanos + correctionNanos;
  }

  /** How far exported times are ahead of the node's clock, because that was set back. */
  double aheadSeconds() {
    return aheadNanos / 1e9;
  }

  /** Two clocks that are read one after the other differ always. */
  private static long step(long nanos) {
    return Math.abs(nanos) < STEP_NANOS ? 0 : nanos;
  }
}
