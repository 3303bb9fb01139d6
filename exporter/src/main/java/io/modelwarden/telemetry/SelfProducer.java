// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Hands the series that a program has about itself to the SDK's metric reader. */
final class SelfProducer implements MetricProducer {

  private final SelfMetrics self;
  private final InstrumentationScopeInfo scope;
  private final LongSupplier epochNanos;

  SelfProducer(SelfMetrics self, InstrumentationScopeInfo scope, LongSupplier epochNanos) {
    this.self = self;
    this.scope = scope;
    this.epochNanos = epochNanos;
  }

  @Override
  public Collection<MetricData> produce(Resource program) {
    List<MetricData> metrics = new ArrayList<>();
    addTo(program, epochNanos.getAsLong(), metrics);
    return metrics;
  }

  void addTo(Resource agent, long now, List<MetricData> metrics) {
    Map<MetricSpec, List<SelfMetrics.Series>> byMetric = new LinkedHashMap<>();
    self.series()
        .forEach(one -> byMetric.computeIfAbsent(one.metric(), any -> new ArrayList<>()).add(one));
    byMetric.forEach((metric, series) -> metrics.add(selfMetric(agent, now, metric, series)));
  }

  private MetricData selfMetric(
      Resource agent, long now, MetricSpec metric, List<SelfMetrics.Series> series) {
    List<DoublePointData> points = new ArrayList<>();
    for (SelfMetrics.Series one : series) {
      Sample sample = one.sample();
      if (sample == null) {
        continue;
      }
      long start = one.startEpochNanos();
      long at = Math.max(now, start + Stream.RESOLUTION_NANOS);
      if (one.wantsZero()) {
        long zeroAt = Stream.zeroAt(start, at);
        points.add(DoublePointData.create(start, zeroAt, one.attributes(), 0, List.of()));
      }
      long told = Stream.toldStart(metric.instrument(), start);
      points.add(DoublePointData.create(told, at, one.attributes(), sample.value(), List.of()));
    }
    int bytes = points.stream().mapToInt(p -> Stream.estimatedBytes(p.getAttributes())).sum();
    return ProducedMetric.ofDoubles(
        agent, scope, metric, points, bytes, () -> series.forEach(SelfMetrics.Series::delivered));
  }
}
