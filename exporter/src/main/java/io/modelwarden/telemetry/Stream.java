// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.telemetry.MetricSpec.Instrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One series, from its first touch to its end.
 *
 * <p>Until an export with it was delivered it carries two points, 0 at its first touch and the
 * value: a series that began with its full value would have no increase.
 */
final class Stream {

  /** Least distance of two points: back ends keep milliseconds. */
  static final long RESOLUTION_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  // A back end may refuse a point much older than its newest (Prometheus: about an hour).
  private static final long OLDEST_ZERO_NANOS = TimeUnit.MINUTES.toNanos(30);

  private final Attributes attributes;
  private final int pointBytes;
  private final Instrument instrument;
  private final long startEpochNanos;
  private long value;
  private long touchedEpochNanos;
  private boolean delivered;
  private boolean ending;
  private boolean lastPointTaken;
  private boolean closed;

  Stream(Attributes attributes, Instrument instrument, long startEpochNanos) {
    this.attributes = attributes;
    this.pointBytes = estimatedBytes(attributes);
    this.instrument = instrument;
    this.startEpochNanos = startEpochNanos;
    this.touchedEpochNanos = startEpochNanos;
  }

  /**
   * The start that a point tells of. A gauge tells none: Prometheus takes the start of any series
   * for a moment at which it was 0, and an agent heard at 0 has been silent since 1970.
   */
  static long toldStart(Instrument instrument, long startEpochNanos) {
    return instrument == Instrument.GAUGE ? 0 : startEpochNanos;
  }

  /** When a series that nobody has received yet was 0. */
  static long zeroAt(long startEpochNanos, long nowEpochNanos) {
    return Math.max(startEpochNanos, nowEpochNanos - OLDEST_ZERO_NANOS);
  }

  Attributes attributes() {
    return attributes;
  }

  /** About what one of its points takes in an export. */
  int pointBytes() {
    return pointBytes;
  }

  /** False if it is closed: the caller takes a new one. */
  synchronized boolean add(long amount, long epochNanos) {
    long sum = value + amount;
    return set(sum < 0 ? Long.MAX_VALUE : sum, epochNanos);
  }

  /** False if it is closed: the caller takes a new one. */
  synchronized boolean set(long newValue, long epochNanos) {
    if (closed) {
      return false;
    }
    value = newValue;
    touchedEpochNanos = Math.max(touchedEpochNanos, epochNanos);
    ending = false;
    return true;
  }

  synchronized long value() {
    return value;
  }

  /** Its next delivered export is its last, unless it is touched before. */
  synchronized void end() {
    ending = true;
    lastPointTaken = false;
  }

  synchronized void points(long nowEpochNanos, List<LongPointData> to) {
    // A clock that was set back must not make a point older than the series.
    long now = Math.max(nowEpochNanos, startEpochNanos + RESOLUTION_NANOS);
    if (instrument == Instrument.COUNTER && !delivered) {
      to.add(LongPointData.create(startEpochNanos, zeroAt(startEpochNanos, now), attributes, 0));
    }
    to.add(LongPointData.create(toldStart(instrument, startEpochNanos), now, attributes, value));
    lastPointTaken = ending;
  }

  /** The points taken last have arrived. */
  synchronized void delivered() {
    delivered = true;
    closed |= ending && lastPointTaken;
  }

  synchronized boolean closed() {
    return closed;
  }

  /** Closes it if nothing has touched it since then. */
  synchronized boolean closeIfIdleSince(long epochNanos) {
    closed |= ending || touchedEpochNanos < epochNanos;
    return closed;
  }

  long startEpochNanos() {
    return startEpochNanos;
  }

  synchronized long touchedEpochNanos() {
    return touchedEpochNanos;
  }

  static int estimatedBytes(Attributes attributes) {
    int bytes = 40;
    for (Map.Entry<AttributeKey<?>, Object> one : attributes.asMap().entrySet()) {
      // A character may be three bytes; tags and lengths come to about ten.
      bytes += one.getKey().getKey().length() + 3 * one.getValue().toString().length() + 10;
    }
    return bytes;
  }
}
