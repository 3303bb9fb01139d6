// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends in requests that a collector takes, tells the series of each that succeeded, and counts
 * what did not.
 *
 * @param confirms false for all but one exporter: a series is born where it is stored
 */
record ConfirmingMetricExporter(MetricExporter exporter, AtomicLong failed, boolean confirms)
    implements MetricExporter {

  // Collectors refuse 20 MiB for good, and then every metric would be lost at every export.
  private static final int REQUEST_BYTES = 4 * 1024 * 1024;

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    CompletableResultCode result = new CompletableResultCode();
    exportNext(split(metrics).iterator(), result);
    return result;
  }

  /** One after the other: the sender's threads are few, and after a failure the rest would fail. */
  private void exportNext(Iterator<List<MetricData>> parts, CompletableResultCode result) {
    if (!parts.hasNext()) {
      result.succeed();
      return;
    }
    List<MetricData> part = parts.next();
    CompletableResultCode one = exporter.export(part);
    one.whenComplete(
        () -> {
          if (one.isSuccess()) {
            confirm(part);
            exportNext(parts, result);
          } else {
            failed.addAndGet(part.size());
            parts.forEachRemaining(rest -> failed.addAndGet(rest.size()));
            result.fail();
          }
        });
  }

  private static List<List<MetricData>> split(Collection<MetricData> metrics) {
    List<List<MetricData>> parts = new ArrayList<>();
    List<MetricData> part = new ArrayList<>();
    int bytes = 0;
    for (MetricData metric : metrics) {
      part.add(metric);
      bytes += metric instanceof ProducedMetric ours ? ours.estimatedBytes() : 0;
      if (bytes > REQUEST_BYTES) {
        parts.add(part);
        part = new ArrayList<>();
        bytes = 0;
      }
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  private void confirm(Collection<MetricData> metrics) {
    if (!confirms) {
      return;
    }
    for (MetricData metric : metrics) {
      if (metric instanceof ProducedMetric ours) {
        ours.delivered().run();
      }
    }
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return exporter.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return exporter.getDefaultAggregation(type);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }
}
