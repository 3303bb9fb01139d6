// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import org.jspecify.annotations.Nullable;

/** What one process tree has taken of one model. */
final class ModelUse {

  final String model;
  private final HourlyTotal window;

  private long heldSinceEpochNanos = Long.MAX_VALUE;
  private long mostBytes;
  @Nullable SpanIdentity loadSpan;
  @Nullable SpanIdentity lastReadSpan;

  ModelUse(String model, SessionSettings settings) {
    this.model = model;
    this.window = new HourlyTotal(settings.totalsWindow().toHours());
  }

  void add(long bytes, SteadyTime time) {
    mostBytes = Math.max(mostBytes, window.add(time.hours(), bytes));
  }

  /** Takes over what a tree that turns out to be part of this one has taken. */
  void absorb(ModelUse other) {
    heldSince(other.heldSinceEpochNanos);
    window.addAll(other.window);
    mostBytes += other.mostBytes;
    loadSpan = loadSpan == null ? other.loadSpan : loadSpan;
    lastReadSpan = other.lastReadSpan == null ? lastReadSpan : other.lastReadSpan;
  }

  void heldSince(long epochNanos) {
    heldSinceEpochNanos = Math.min(heldSinceEpochNanos, epochNanos);
  }

  void addReadSpan(SpanIdentity span) {
    if (loadSpan == null) {
      loadSpan = span;
    }
    lastReadSpan = span;
  }

  /** What is mapped is held, also if nobody saw it being mapped. */
  void holdsAtLeast(long bytes) {
    mostBytes = Math.max(mostBytes, bytes);
  }

  /**
   * The most that was taken within one window: it does not shrink while the data are held, and
   * small reads do not add up for ever.
   */
  long heldBytes() {
    return mostBytes;
  }
}
