// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.modelwarden.telemetry.MetricSpec.Instrument;
import io.modelwarden.telemetry.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** /metrics: the same series that are pushed, for those who scrape. */
final class PrometheusPage {

  private record Identity(String name, Map<String, String> attributes) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Supplier<List<Sample>> source;
  private final Map<Identity, Sample> values = new HashMap<>();

  PrometheusPage(Supplier<List<Sample>> source) {
    this.source = source;
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  synchronized String render() {
    for (Sample sample : source.get()) {
      Identity identity = new Identity(sample.metric().name(), sample.attributes());
      if (values.put(identity, sample) == null) {
        register(identity, sample);
      }
    }
    return registry.scrape();
  }

  private void register(Identity identity, Sample first) {
    Tags tags = tags(first);
    if (first.metric().instrument() == Instrument.COUNTER) {
      FunctionCounter.builder(identity.name(), this, page -> page.value(identity))
          .tags(tags)
          .baseUnit(baseUnit(first))
          .description(first.metric().description())
          .register(registry);
    } else {
      Gauge.builder(identity.name(), this, page -> page.value(identity))
          .tags(tags)
          .baseUnit(baseUnit(first))
          .description(first.metric().description())
          .register(registry);
    }
  }

  /**
   * Prometheus takes an empty label for none; the registry drops series that lack one of others.
   */
  private static Tags tags(Sample sample) {
    Map<String, String> all = new HashMap<>();
    sample.metric().attributeNames().forEach(name -> all.put(name, ""));
    all.putAll(sample.attributes());
    return Tags.of(
        all.entrySet().stream().map(tag -> Tag.of(tag.getKey(), tag.getValue())).toList());
  }

  private double value(Identity identity) {
    Sample sample = values.get(identity);
    return sample == null ? 0 : sample.value();
  }

  private static @org.jspecify.annotations.Nullable String baseUnit(Sample sample) {
    return switch (sample.metric().unit()) {
      case "By" -> "bytes";
      case "s" -> "seconds";
      default -> null;
    };
  }
}
