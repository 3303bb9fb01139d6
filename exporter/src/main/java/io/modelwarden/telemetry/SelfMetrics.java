// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.telemetry.MetricSpec.Instrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the agent says about itself: each series is registered once, at the start, and read at every
 * export and at every scrape.
 *
 * <pre>{@code
 * self.observe(MetricNames.AGENT_EVENTS, reads::get, "first_touch");
 * self.loss("ring_full", failures::ringFull);
 * }</pre>
 */
public final class SelfMetrics {

  private static final Logger logger = Logger.getLogger(SelfMetrics.class.getName());

  private final List<Series> series = new CopyOnWriteArrayList<>();
  private boolean ended;

  SelfMetrics() {}

  /**
   * @param value read on the exporter's or the scraper's thread; counters never fall
   * @param attributeValues one for each attribute of the metric, in their order
   */
  public void observe(MetricSpec metric, DoubleSupplier value, String... attributeValues) {
    List<AttributeKey<?>> keys = metric.attributes();
    if (keys.size() != attributeValues.length) {
      throw new IllegalArgumentException(
          "%s has the attributes %s, got %d values"
              .formatted(metric.name(), keys, attributeValues.length));
    }
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < attributeValues.length; i++) {
      named.put(keys.get(i).getKey(), attributeValues[i]);
    }
    add(new Series(metric, named, value));
  }

  /** Registers a reason for losses, at 0 until something is lost. */
  public void loss(String reason, DoubleSupplier count) {
    observe(MetricNames.AGENT_LOSSES, count, reason);
  }

  /** Present values; a series whose source fails is left out. */
  public List<Sample> samples() {
    return series.stream().map(Series::sample).filter(sample -> sample != null).toList();
  }

  /**
   * No source is read any more once this returns: they may read memory that is unmapped afterwards,
   * while an export that nobody waits for is still under way.
   */
  synchronized void end() {
    ended = true;
  }

  private synchronized @Nullable Double read(Series of) {
    return ended ? null : of.source.getAsDouble();
  }

  List<Series> series() {
    return series;
  }

  private synchronized void add(Series added) {
    for (Series known : series) {
      if (known.metric.equals(added.metric) && known.named.equals(added.named)) {
        throw new IllegalArgumentException(
            "%s%s is observed already".formatted(added.metric.name(), added.named));
      }
    }
    series.add(added);
  }

  /** One series with its source. */
  final class Series {

    private final MetricSpec metric;
    private final Map<String, String> named;
    private final Attributes attributes;
    private final DoubleSupplier source;
    private final long startEpochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    private volatile boolean delivered;

    private Series(MetricSpec metric, Map<String, String> named, DoubleSupplier source) {
      this.metric = metric;
      this.named = Map.copyOf(named);
      this.source = source;
      AttributesBuilder builder = Attributes.builder();
      named.forEach(builder::put);
      this.attributes = builder.build();
    }

    MetricSpec metric() {
      return metric;
    }

    Attributes attributes() {
      return attributes;
    }

    long startEpochNanos() {
      return startEpochNanos;
    }

    /** Whether the next export begins with the point that makes its first value an increase. */
    boolean wantsZero() {
      return metric.instrument() == Instrument.COUNTER && !delivered;
    }

    void delivered() {
      delivered = true;
    }

    @Nullable Sample sample() {
      try {
        Double value = read(this);
        return value == null ? null : new Sample(metric, named, value);
      } catch (RuntimeException e) {
        // One dead source must not take the heartbeat with it; its absence is seen.
        logger.log(
            Level.WARNING, "cannot read {0}{1}: {2}", new Object[] {metric.name(), named, e});
        return null;
      }
    }
  }
}
