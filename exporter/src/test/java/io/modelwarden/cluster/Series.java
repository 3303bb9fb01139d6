// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelwarden.system.CollectorOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A number that a collector has of some resource: the newest of a metric's series, or a span's.
 *
 * @param resource attributes of the workload
 * @param attributes of the point or of the span
 */
record Series(Map<String, String> resource, Map<String, String> attributes, long value) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each series of a metric. */
  static Stream<Series> ofMetric(CollectorOutput collector, String metric) {
    return collector.totals().of(metric).entrySet().stream()
        .map(series -> parse(series.getKey(), series.getValue().longValue()));
  }

  /** Each span of this name, with an attribute of it as the value. */
  static Stream<Series> ofSpans(CollectorOutput collector, String name, String value) {
    Stream.Builder<Series> found = Stream.builder();
    for (JsonNode request : collector.lines("spans.jsonl")) {
      for (JsonNode owner : request.path("resourceSpans")) {
        Map<String, String> resource = map(owner.path("resource").path("attributes"));
        for (JsonNode scope : owner.path("scopeSpans")) {
          for (JsonNode span : scope.path("spans")) {
            Map<String, String> attributes = map(span.path("attributes"));
            if (span.path("name").asText().equals(name)) {
              long number = Long.parseLong(attributes.getOrDefault(value, "0"));
              found.add(new Series(resource, attributes, number));
            }
          }
        }
      }
    }
    return found.build();
  }

  String of(String attribute) {
    return attributes.getOrDefault(attribute, "");
  }

  String owner(String attribute) {
    return resource.getOrDefault(attribute, "");
  }

  /** The resource and the attributes stand behind each other. */
  private static Series parse(String key, long value) {
    try (MappingIterator<JsonNode> parts = JSON.readerFor(JsonNode.class).readValues(key)) {
      Map<String, String> resource = map(parts.next().path("attributes"));
      return new Series(resource, map(parts.next()), value);
    } catch (IOException wrong) {
      throw new AssertionError("no series: " + key, wrong);
    }
  }

  private static Map<String, String> map(JsonNode pairs) {
    Map<String, String> map = new TreeMap<>();
    for (JsonNode pair : pairs) {
      map.put(pair.path("key").asText(), pair.path("value").elements().next().asText());
    }
    return map;
  }
}
