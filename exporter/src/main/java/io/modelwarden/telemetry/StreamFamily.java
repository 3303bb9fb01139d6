// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.telemetry.MetricSpec.Instrument;
import io.modelwarden.workload.Workload;
import io.opentelemetry.api.common.Attributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All series of one metric, and their limit.
 *
 * <p>Beyond the limit an idle series makes room if there is one. Else a series of a configured
 * model still gets its own place, and beyond twice the limit one that it shares with the other
 * files and executables of its workload; everything else goes to the overflow point.
 */
final class StreamFamily {

  // The rules look back 25 h: a series that returns later is counted exactly.
  private static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(26);
  private static final long IDLE_SEARCH_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final MetricSpec metric;
  private final int limit;
  private final Predicate<String> configuredModel;
  private final Map<SeriesKey, Stream> streams = new ConcurrentHashMap<>();
  private final AtomicLong overflowed = new AtomicLong();
  private volatile @Nullable Stream overflow;
  private volatile long collectedEpochNanos;
  private long idleSearchedEpochNanos;

  StreamFamily(MetricSpec metric, int limit, Predicate<String> configuredModel) {
    this.metric = metric;
    this.limit = limit;
    this.configuredModel = configuredModel;
  }

  MetricSpec metric() {
    return metric;
  }

  /** Number of series without the overflow point. */
  int size() {
    return streams.size();
  }

  /** Number of measurements that went to the overflow point. */
  long overflowed() {
    return overflowed.get();
  }

  void add(SeriesKey key, long amount, long epochNanos) {
    while (!stream(key, epochNanos).add(amount, epochNanos)) {
      // It was closed meanwhile and has left the map: the next one is new.
    }
  }

  void set(SeriesKey key, long value, long epochNanos) {
    while (!stream(key, epochNanos).set(value, epochNanos)) {
      // As above.
    }
  }

  void endWorkload(Workload workload) {
    streams.forEach(
        (key, stream) -> {
          if (key.workload().equals(workload)) {
            stream.end();
          }
        });
  }

  /** What nobody has received yet of one workload becomes another's. */
  void move(Workload before, Workload after) {
    streams.forEach(
        (key, stream) -> {
          if (!key.workload().equals(before) || !streams.remove(key, stream)) {
            return;
          }
          if (metric.instrument() == Instrument.COUNTER) {
            add(key.of(after), stream.value(), stream.startEpochNanos());
          } else if (metric.instrument() == Instrument.GAUGE) {
            set(key.of(after), stream.value(), stream.touchedEpochNanos());
          } // else it is a sum over processes, and they have told their new one
        });
  }

  /** Removes what has ended; then shows every series, the overflow point without a key. */
  void collect(long nowEpochNanos, BiConsumer<@Nullable SeriesKey, Stream> to) {
    streams.values().removeIf(Stream::closed);
    collectedEpochNanos = nowEpochNanos;
    streams.forEach(to);
    Stream beyond = overflow;
    if (beyond != null) {
      to.accept(null, beyond);
    }
  }

  void forEach(BiConsumer<SeriesKey, Stream> to) {
    streams.forEach(to);
  }

  private Stream stream(SeriesKey key, long epochNanos) {
    Stream known = streams.get(key);
    return known != null && !known.closed() ? known : admit(key, epochNanos);
  }

  /** The rare path: a lock makes the limit exact. */
  private synchronized Stream admit(SeriesKey key, long epochNanos) {
    if (streams.size() < limit || makeRoom(epochNanos)) {
      return own(key, epochNanos);
    }
    if (configuredModel.test(key.model())) {
      return own(streams.size() < 2L * limit ? key : key.folded(), epochNanos);
    }
    overflowed.incrementAndGet();
    Stream beyond = overflow;
    if (beyond == null) {
      beyond = create(Attributes.of(AttributeNames.OVERFLOW, true), epochNanos);
      overflow = beyond;
    }
    return beyond;
  }

  private Stream own(SeriesKey key, long epochNanos) {
    return streams.compute(
        key,
        (same, known) ->
            known != null && !known.closed() ? known : create(key.attributes(), epochNanos));
  }

  private Stream create(Attributes attributes, long epochNanos) {
    // Not before the last collection: a series that had these attributes before has points there.
    long start = Math.max(epochNanos, collectedEpochNanos + Stream.RESOLUTION_NANOS);
    return new Stream(attributes, metric.instrument(), start);
  }

  private boolean makeRoom(long nowEpochNanos) {
    if (nowEpochNanos - idleSearchedEpochNanos < IDLE_SEARCH_NANOS) {
      return false;
    }
    idleSearchedEpochNanos = nowEpochNanos;
    return streams.values().removeIf(stream -> stream.closeIfIdleSince(nowEpochNanos - IDLE_NANOS));
  }
}
