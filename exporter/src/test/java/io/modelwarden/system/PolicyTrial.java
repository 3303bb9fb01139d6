// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A real collector with rendered processors, each in a pipeline of its own for spans and another
 * for log events, and what they let through.
 */
final class PolicyTrial implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "trial.id";

  private final RunningCollector collector;
  private int requests;

  /**
   * @param files of the configuration besides those that every collector has
   */
  PolicyTrial(Path folder, List<String> processors, List<String> files) throws IOException {
    Path lanes = Files.writeString(folder.resolve("lanes.yaml"), lanes(folder, processors));
    List<String> all =
        new ArrayList<>(
            List.of(
                "base.yaml", "detection/memory-read.yaml", "policy.yaml", "backends/file.yaml"));
    all.addAll(files);
    all.add(lanes.toString());
    collector = new RunningCollector(folder, all, Map.of());
  }

  private static String lanes(Path folder, List<String> processors) {
    StringBuilder exporters = new StringBuilder("exporters:\n");
    StringBuilder pipelines = new StringBuilder("service:\n  pipelines:\n");
    for (String name : processors) {
      for (String signal : List.of("traces", "logs")) {
        exporters.append(
            "  file/%s_%s: {path: %s, flush_interval: 100ms}\n"
                .formatted(signal, name, folder.resolve(signal + "-" + name + ".jsonl")));
        pipelines.append(
            "    %s/try_%s: {receivers: [forward/%s], processors: [filter/%s], exporters: [file/%s_%s]}\n"
                .formatted(
                    signal, name, signal.equals("logs") ? "logs" : "spans", name, signal, name));
      }
    }
    return exporters.toString() + pipelines;
  }

  /** A span, and a log event, to be sent. Values are texts, whole numbers, doubles or booleans. */
  record Event(String id, Map<String, Object> resource, Map<String, Object> attributes) {

    Event with(String newId, String attribute, Object value) {
      Map<String, Object> changed = new LinkedHashMap<>(attributes);
      changed.put(attribute, value);
      return new Event(newId, resource, changed);
    }

    Event without(String newId, String attribute) {
      Map<String, Object> changed = new LinkedHashMap<>(attributes);
      changed.remove(attribute);
      return new Event(newId, resource, changed);
    }

    Event of(String newId, String attribute, Object value) {
      Map<String, Object> changed = new LinkedHashMap<>(resource);
      changed.put(attribute, value);
      return new Event(newId, changed, attributes);
    }
  }

  /** Sends all as spans and as log events. */
  void send(List<Event> events) throws IOException {
    collector.post(
        request(events, "resourceSpans", "scopeSpans", "spans", Map.of("name", "read gguf")));
    // Without body and time: no event is taken out for what it lacks.
    collector.postLogs(request(events, "resourceLogs", "scopeLogs", "logRecords", Map.of()));
  }

  /** The ids that a processor has let through: the same of spans and of log events. */
  Set<String> passed(String processor) throws IOException {
    String last = "last-" + ++requests;
    send(List.of(new Event(last, Map.of("k8s.namespace.name", "none"), Map.of())));
    Set<String> spans = passed("traces-" + processor + ".jsonl", last);
    Set<String> logs = passed("logs-" + processor + ".jsonl", last);
    if (!spans.equals(logs)) {
      throw new AssertionError("of spans " + spans + ", of log events " + logs);
    }
    return spans;
  }

  private Set<String> passed(String file, String last) {
    RunningCollector.await(last + " in " + file, () -> ids(file).contains(last));
    Set<String> ids = ids(file);
    ids.removeIf(id -> id.startsWith("last-"));
    return ids;
  }

  private Set<String> ids(String file) {
    Set<String> ids = new TreeSet<>();
    for (JsonNode line : collector.lines(file)) {
      for (JsonNode attributes : line.findValues("attributes")) {
        for (JsonNode pair : attributes) {
          if (pair.get("key").asText().equals(ID)) {
            ids.add(pair.get("value").get("stringValue").asText());
          }
        }
      }
    }
    return ids;
  }

  private static byte[] request(
      List<Event> events, String resources, String scopes, String items, Map<String, Object> item)
      throws IOException {
    List<Object> all = new ArrayList<>();
    for (Event event : events) {
      Map<String, Object> attributes = new LinkedHashMap<>(event.attributes());
      attributes.put(ID, event.id());
      Map<String, Object> one = new LinkedHashMap<>(item);
      one.put("attributes", pairs(attributes));
      all.add(
          Map.of(
              "resource",
              Map.of("attributes", pairs(event.resource())),
              scopes,
              List.of(Map.of(items, List.of(one)))));
    }
    return JSON.writeValueAsString(Map.of(resources, all)).getBytes(UTF_8);
  }

  private static List<Object> pairs(Map<String, Object> values) {
    List<Object> pairs = new ArrayList<>();
    values.forEach((key, value) -> pairs.add(Map.of("key", key, "value", value(value))));
    return pairs;
  }

  private static Map<String, Object> value(Object value) {
    if (value instanceof Long number) {
      return Map.of("intValue", String.valueOf(number));
    }
    if (value instanceof Double number) {
      return Map.of("doubleValue", number);
    }
    return value instanceof Boolean flag
        ? Map.of("boolValue", flag)
        : Map.of("stringValue", value.toString());
  }

  @Override
  public void close() {
    collector.close();
  }
}
