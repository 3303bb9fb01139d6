// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.workload.Workload;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Hands the workloads' streams and the agent's own series to the SDK's metric reader. */
final class StreamProducer implements MetricProducer {

  /** A metric of one resource is split at about this size. */
  static final int PART_BYTES = 1024 * 1024;

  private final MetricStreams streams;
  private final SelfProducer self;
  private final Resources resources;
  private final LongSupplier epochNanos;
  private volatile boolean waits = true;

  StreamProducer(
      MetricStreams streams, SelfMetrics self, Resources resources, LongSupplier epochNanos) {
    this.streams = streams;
    this.self = new SelfProducer(self, resources.scope(), epochNanos);
    this.resources = resources;
    this.epochNanos = epochNanos;
  }

  /** From here on nothing waits for names: there will be no other export. */
  void endWaiting() {
    waits = false;
  }

  @Override
  public Collection<MetricData> produce(Resource agent) {
    long now = epochNanos.getAsLong();
    List<MetricData> metrics = new ArrayList<>();
    Map<Workload, Resource> inUse = new HashMap<>();
    for (StreamFamily family : streams.families()) {
      Map<Resource, Points> byResource = new IdentityHashMap<>();
      family.collect(
          now,
          (key, stream) -> {
            if (key != null && key.workload().isAwaited() && waits) {
              return;
            }
            Resource resource =
                key == null ? agent : inUse.computeIfAbsent(key.workload(), resources::of);
            byResource
                .computeIfAbsent(resource, it -> new Points(it, family.metric(), metrics))
                .take(stream, now);
          });
      byResource.values().forEach(Points::finish);
    }
    resources.forgetEnded(inUse.keySet());
    self.addTo(agent, now, metrics);
    return metrics;
  }

  /** Collects the points of one metric and one resource, in parts that fit into an export. */
  private final class Points {

    private final Resource resource;
    private final MetricSpec metric;
    private final List<MetricData> to;
    private List<LongPointData> points = new ArrayList<>();
    private List<Stream> taken = new ArrayList<>();
    private int bytes;

    Points(Resource resource, MetricSpec metric, List<MetricData> to) {
      this.resource = resource;
      this.metric = metric;
      this.to = to;
    }

    void take(Stream stream, long now) {
      int before = points.size();
      stream.points(now, points);
      taken.add(stream);
      bytes += (points.size() - before) * stream.pointBytes();
      if (bytes > PART_BYTES) {
        finish();
      }
    }

    void finish() {
      if (!taken.isEmpty()) {
        List<Stream> streams = taken;
        Runnable delivered = () -> streams.forEach(Stream::delivered);
        to.add(
            ProducedMetric.ofLongs(resource, resources.scope(), metric, points, bytes, delivered));
      }
      points = new ArrayList<>();
      taken = new ArrayList<>();
      bytes = 0;
    }
  }
}
