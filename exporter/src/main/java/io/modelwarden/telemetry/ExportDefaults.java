// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the product sets where the user's OTEL_* variables say nothing, and what it cannot follow.
 */
final class ExportDefaults {

  static final String SPAN_QUEUE = "otel.bsp.max.queue.size";
  static final String LOG_QUEUE = "otel.blrp.max.queue.size";
  static final String SPAN_DELAY = "otel.bsp.schedule.delay";
  static final String LOG_DELAY = "otel.blrp.schedule.delay";
  static final int QUEUE_SIZE = 16_384;

  private static final String CONFIG_FILE = "OTEL_CONFIG_FILE";

  private ExportDefaults() {}

  static Map<String, String> properties() {
    return Map.of(
        "otel.exporter.otlp.protocol",
        "http/protobuf",
        "otel.exporter.otlp.compression",
        "gzip",
        // Well within the minute by which the recording rules lag: a new series' zero, which is as
        // old as an interval, is stored before its minute is evaluated.
        "otel.metric.export.interval",
        "30000",
        SPAN_QUEUE,
        Integer.toString(QUEUE_SIZE),
        LOG_QUEUE,
        Integer.toString(QUEUE_SIZE));
  }

  /**
   * @throws TelemetryConfigurationException if the environment asks for what would bypass us
   */
  static void check(Map<String, String> environment) {
    String file = environment.get(CONFIG_FILE);
    if (isSet(file)) {
      throw new TelemetryConfigurationException(
          "%s=%s: declarative configuration leaves out the agent's own metrics and spans; unset it"
                  .formatted(CONFIG_FILE, file)
              + " and use the other OTEL_* variables");
    }
  }

  /** Settings that are not followed, one line each. */
  static List<String> remarks(Map<String, String> environment) {
    List<String> remarks = new ArrayList<>();
    String sampler = environment.get("OTEL_TRACES_SAMPLER");
    if (isSet(sampler)) {
      remarks.add("OTEL_TRACES_SAMPLER=" + sampler + " is ignored: evidence is never sampled");
    }
    String temporality = environment.get("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE");
    if (isSet(temporality) && !temporality.equalsIgnoreCase("cumulative")) {
      remarks.add(
          "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="
              + temporality
              + " is ignored: totals are always cumulative");
    }
    if ("true".equalsIgnoreCase(environment.get("OTEL_SDK_DISABLED"))) {
      remarks.add("OTEL_SDK_DISABLED=true: nothing is exported");
    }
    return remarks;
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }
}
