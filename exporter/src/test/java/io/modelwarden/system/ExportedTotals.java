// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a collector has received of the agent so far. */
public final class ExportedTotals {

  private final Map<String, Map<String, Double>> newest = new HashMap<>();

  /** Takes over the newest values of one request. */
  void take(JsonNode request) {
    for (JsonNode resource : request.path("resourceMetrics")) {
      String owner = resource.path("resource").toString();
      for (JsonNode metric : each(resource, "metrics")) {
        Map<String, Double> series =
            newest.computeIfAbsent(metric.path("name").asText(), name -> new HashMap<>());
        for (JsonNode point : each(metric, "dataPoints")) {
          double value = point.path("asInt").asDouble(point.path("asDouble").asDouble());
          series.put(owner + point.path("attributes"), value);
        }
      }
    }
  }

  /** Newest values of a metric's series by resource and attributes as JSON text. */
  public Map<String, Double> of(String metric) {
    return newest.getOrDefault(metric, Map.of());
  }

  /** Resource and attributes, as JSON text, of each series of each metric. */
  Stream<String> series() {
    return newest.values().stream().flatMap(series -> series.keySet().stream());
  }

  /**
   * The sum of the newest values of a counter's series.
   *
   * @param which by the attributes of a series, as JSON text
   */
  static long sum(CollectorOutput collector, String metric, Predicate<String> which) {
    return collector.totals().of(metric).entrySet().stream()
        .filter(series -> which.test(series.getKey()))
        .mapToLong(series -> series.getValue().longValue())
        .sum();
  }

  /** Bytes that calls have read of a file, by all. */
  public static long read(CollectorOutput collector, String path) {
    return sum(
        collector,
        "modelwarden.file.io",
        series ->
            series.contains('"' + path + '"')
                && series.contains("\"read\"")
                && !series.contains("\"fault\""));
  }

  /** Bytes sent by holders of this model. */
  static long sent(CollectorOutput collector, String model) {
    return sum(
        collector,
        "modelwarden.network.io",
        series -> series.contains('"' + model + '"') && series.contains("\"transmit\""));
  }

  /** When the newest export was made, in Unix seconds; 0 before the first. */
  static double heartbeat(CollectorOutput collector) {
    Map<String, Double> heartbeat = collector.totals().of("modelwarden.agent.heartbeat");
    return heartbeat.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  /** All spans so far in a file that the collector writes. */
  static Stream<JsonNode> spans(CollectorOutput collector, String file) {
    return collector.lines(file).stream().flatMap(request -> each(request, "spans").stream());
  }

  /** The value of an attribute of a span: one node of text or number, or a missing one. */
  static JsonNode attribute(JsonNode span, String name) {
    for (JsonNode pair : span.path("attributes")) {
      if (pair.path("key").asText().equals(name)) {
        return pair.path("value").elements().next();
      }
    }
    return MissingNode.getInstance();
  }

  /** Whether there is a span of this name of this process. */
  static boolean hasSpan(CollectorOutput collector, String name, long pid) {
    return spans(collector, "spans.jsonl")
        .anyMatch(
            span ->
                span.path("name").asText().equals(name)
                    && attribute(span, "process.pid").asLong() == pid);
  }

  private static List<JsonNode> each(JsonNode node, String arrays) {
    List<JsonNode> nodes = new ArrayList<>();
    node.findValues(arrays).forEach(array -> array.forEach(nodes::add));
    return nodes;
  }
}
