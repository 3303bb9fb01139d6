// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells the series of each export that succeeded, and counts what did not.
 *
 * @param confirms false for all but one exporter: a series is born where it is stored
 */
record ConfirmingMetricExporter(MetricExporter exporter, AtomicLong failed, boolean confirms)
    implements MetricExporter {

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    CompletableResultCode result = exporter.export(metrics);
    return result.whenComplete(
        () -> {
          if (!result.isSuccess()) {
            failed.addAndGet(metrics.size());
          } else if (confirms) {
            confirm(metrics);
          }
        });
  }

  private static void confirm(Collection<MetricData> metrics) {
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
