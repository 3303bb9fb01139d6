// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.telemetry.MetricSpec.Instrument;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;

/**
 * One metric of one resource, as collected: always cumulative, whatever temporality is preferred.
 *
 * @param estimatedBytes about what it takes in an export
 * @param delivered what to do when an export of it has succeeded
 */
record ProducedMetric(
    Resource resource,
    InstrumentationScopeInfo scope,
    MetricSpec spec,
    MetricDataType type,
    Data<?> data,
    int estimatedBytes,
    Runnable delivered)
    implements MetricData {

  static ProducedMetric ofLongs(
      Resource resource,
      InstrumentationScopeInfo scope,
      MetricSpec spec,
      List<LongPointData> points,
      int estimatedBytes,
      Runnable delivered) {
    if (spec.isShare()) {
      List<DoublePointData> shares = points.stream().map(point -> share(spec, point)).toList();
      return ofDoubles(resource, scope, spec, shares, estimatedBytes, delivered);
    }
    if (spec.instrument() == Instrument.GAUGE) {
      Data<?> data = GaugeData.createLongGaugeData(points);
      return new ProducedMetric(
          resource, scope, spec, MetricDataType.LONG_GAUGE, data, estimatedBytes, delivered);
    }
    Data<?> data =
        SumData.createLongSumData(isMonotonic(spec), AggregationTemporality.CUMULATIVE, points);
    return new ProducedMetric(
        resource, scope, spec, MetricDataType.LONG_SUM, data, estimatedBytes, delivered);
  }

  static ProducedMetric ofDoubles(
      Resource resource,
      InstrumentationScopeInfo scope,
      MetricSpec spec,
      List<DoublePointData> points,
      int estimatedBytes,
      Runnable delivered) {
    if (spec.instrument() == Instrument.GAUGE) {
      Data<?> data = GaugeData.createDoubleGaugeData(points);
      return new ProducedMetric(
          resource, scope, spec, MetricDataType.DOUBLE_GAUGE, data, estimatedBytes, delivered);
    }
    Data<?> data =
        SumData.createDoubleSumData(isMonotonic(spec), AggregationTemporality.CUMULATIVE, points);
    return new ProducedMetric(
        resource, scope, spec, MetricDataType.DOUBLE_SUM, data, estimatedBytes, delivered);
  }

  private static DoublePointData share(MetricSpec spec, LongPointData point) {
    return DoublePointData.create(
        point.getStartEpochNanos(),
        point.getEpochNanos(),
        point.getAttributes(),
        spec.told(point.getValue()),
        List.of());
  }

  private static boolean isMonotonic(MetricSpec spec) {
    return spec.instrument() == Instrument.COUNTER;
  }

  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return scope;
  }

  @Override
  public String getName() {
    return spec.name();
  }

  @Override
  public String getDescription() {
    return spec.description();
  }

  @Override
  public String getUnit() {
    return spec.unit();
  }

  @Override
  public MetricDataType getType() {
    return type;
  }

  @Override
  public Data<?> getData() {
    return data;
  }
}
