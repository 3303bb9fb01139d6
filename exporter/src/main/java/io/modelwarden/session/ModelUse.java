// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import org.jspecify.annotations.Nullable;

/** What one process tree has taken of one model. */
final class ModelUse {

  final String model;
  private final HourlyTotal window;

  /** Steady time of the first read, or -1 before it. */
  private long firstReadNanos = -1;

  private long heldSinceEpochNanos = Long.MAX_VALUE;
  private long loadedBytes;
  private long mostBytes;
  @Nullable SpanIdentity loadSpan;
  @Nullable SpanIdentity lastReadSpan;

  ModelUse(String model, SessionSettings settings) {
    this.model = model;
    this.window = new HourlyTotal(settings.totalsWindow().toHours());
  }

  /**
   * How many of the next bytes still belong to loading: those of the first minutes, up to twice the
   * model's size.
   */
  long loadingBytes(long bytes, long modelSizeBytes, SessionSettings settings, SteadyTime time) {
    if (!inLoadingTime(settings, time)) {
      return 0;
    }
    return modelSizeBytes == 0
        ? bytes
        : Math.max(0, Math.min(bytes, 2 * modelSizeBytes - loadedBytes));
  }

  Phase phase(long modelSizeBytes, SessionSettings settings, SteadyTime time) {
    boolean loading = firstReadNanos >= 0 && loadingBytes(1, modelSizeBytes, settings, time) > 0;
    return loading ? Phase.LOADING : Phase.SERVING;
  }

  void add(long bytes, SteadyTime time) {
    if (firstReadNanos < 0) {
      firstReadNanos = time.nanos();
    }
    loadedBytes += bytes;
    mostBytes = Math.max(mostBytes, window.add(time.hours(), bytes));
  }

  /** Takes over what a tree that turns out to be part of this one has taken. */
  void absorb(ModelUse other) {
    boolean earlier =
        firstReadNanos < 0 || (other.firstReadNanos >= 0 && other.firstReadNanos < firstReadNanos);
    firstReadNanos = earlier ? other.firstReadNanos : firstReadNanos;
    heldSince(other.heldSinceEpochNanos);
    window.addAll(other.window);
    loadedBytes += other.loadedBytes;
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

  private boolean inLoadingTime(SessionSettings settings, SteadyTime time) {
    return firstReadNanos < 0 || time.nanos() - firstReadNanos <= settings.loading().toNanos();
  }
}
