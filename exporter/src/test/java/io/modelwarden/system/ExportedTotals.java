// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** What a collector has received of the agent so far. */
final class ExportedTotals {

  private ExportedTotals() {}

  /**
   * The sum of the newest values of a counter's series.
   *
   * @param which by the attributes of a series, as JSON text
   */
  static long sum(RunningCollector collector, String metric, Predicate<String> which) {
    return newest(collector, metric).entrySet().stream()
        .filter(series -> which.test(series.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Newest values by resource and attributes as JSON text. */
  static Map<String, Long> newest(RunningCollector collector, String metric) {
    Map<String, Long> newest = new HashMap<>();
    for (JsonNode request : collector.lines("metrics.jsonl")) {
      for (JsonNode resource : request.path("resourceMetrics")) {
        String owner = resource.path("resource").toString();
        for (JsonNode found : resource.findValues("metrics")) {
          for (JsonNode one : found) {
            if (one.path("name").asText().equals(metric)) {
              for (JsonNode point : one.path("sum").path("dataPoints")) {
                long value = point.path("asInt").asLong(point.path("asDouble").asLong());
                newest.put(owner + point.path("attributes"), value);
              }
            }
          }
        }
      }
    }
    return newest;
  }

  /** Bytes read of a file, by all. */
  static long read(RunningCollector collector, String path) {
    return sum(
        collector,
        "modelwarden.file.io",
        series -> series.contains('"' + path + '"') && series.contains("\"read\""));
  }

  /** Bytes sent by holders of this model. */
  static long sent(RunningCollector collector, String model) {
    return sum(
        collector,
        "modelwarden.network.io",
        series -> series.contains('"' + model + '"') && series.contains("\"transmit\""));
  }

  /** Whether there is a span of this name of this process. */
  static boolean hasSpan(RunningCollector collector, String name, long pid) {
    for (JsonNode request : collector.lines("spans.jsonl")) {
      for (JsonNode spans : request.findValues("spans")) {
        for (JsonNode span : spans) {
          if (span.path("name").asText().equals(name)
              && span.path("attributes")
                  .toString()
                  .contains("{\"key\":\"process.pid\",\"value\":{\"intValue\":\"" + pid + "\"}}")) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
