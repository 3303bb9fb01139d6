// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelwarden.audit.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the real collector makes of a line of the audit file. Its receiver for files is not in our
 * distribution: lines come by OTLP instead, as that receiver's JSON parser would leave them.
 */
@Tag("system")
class AuditFileTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void lineOfTheFile_isTheEventThatTheReceiverOfTheWebhookMakes(@TempDir Path folder)
      throws IOException {
    List<String> files =
        List.of(
            "base.yaml",
            "policy.yaml",
            "detection/exec-copy.yaml",
            "backends/file.yaml",
            withoutItsReceiver(folder).toString());
    try (RunningCollector collector = new RunningCollector(folder, files, Map.of())) {
      JsonNode line = JSON.readTree(Events.session()).get("items").get(0);
      collector.postLogs(asLog(line).toString().getBytes(UTF_8));
      RunningCollector.await("the event", () -> events(collector).findAny().isPresent());
      JsonNode event = events(collector).findAny().get();
      assertThat(event.get("severityText").asText()).isEqualTo("INFO");
      assertThat(event.get("body").get("stringValue").asText())
          .isEqualTo("mallory@acme.example: exec of prod llama-0 ResponseStarted");
      Map<String, String> attributes = new TreeMap<>();
      event
          .get("attributes")
          .forEach(one -> attributes.put(one.get("key").asText(), "" + one.get("value")));
      assertThat(attributes)
          .isEqualTo(
              Map.ofEntries(
                  text("modelwarden.audit.id", "5b1f0a52-9f0e-4c52-8a49-0b4bf5d2e9a1"),
                  text("modelwarden.audit.stage", "ResponseStarted"),
                  text("modelwarden.audit.subresource", "exec"),
                  text("modelwarden.audit.request.time", "2026-11-26T18:00:00.000001Z"),
                  text("user.name", "mallory@acme.example"),
                  Map.entry(
                      "modelwarden.audit.user.groups",
                      "{\"arrayValue\":{\"values\":[{\"stringValue\":\"ml-ops\"},"
                          + "{\"stringValue\":\"system:authenticated\"}]}}"),
                  text("client.address", "192.0.2.9"),
                  text("network.peer.address", "192.0.2.10"),
                  text("user_agent.original", "kubectl/v1.36.3 (linux/amd64) kubernetes/abc1234"),
                  Map.entry("http.response.status_code", "{\"intValue\":\"101\"}")));
    }
  }

  private static Map.Entry<String, String> text(String key, String value) {
    return Map.entry(key, "{\"stringValue\":\"" + value + "\"}");
  }

  private static Path withoutItsReceiver(Path folder) throws IOException {
    Path file = RunningCollector.CONFIGURATION.resolve("receivers/kubernetes-audit-file.yaml");
    String text = Files.readString(file);
    String rest = text.substring(text.indexOf("\nprocessors:"));
    assertThat(rest).contains("[filelog/kubernetes_audit]");
    Path changed = folder.resolve("kubernetes-audit-file.yaml");
    Files.writeString(changed, rest.replace("filelog/kubernetes_audit", "otlp"));
    return changed;
  }

  private static ObjectNode asLog(JsonNode line) {
    ((ArrayNode) line.get("sourceIPs")).insert(0, "192.0.2.9");
    ObjectNode request = JSON.createObjectNode();
    ObjectNode resourceLogs = request.putArray("resourceLogs").addObject();
    ArrayNode names = resourceLogs.putObject("resource").putArray("attributes");
    put(names, "k8s.namespace.name", line.get("objectRef").get("namespace"));
    put(names, "k8s.pod.name", line.get("objectRef").get("name"));
    ObjectNode record =
        resourceLogs.putArray("scopeLogs").addObject().putArray("logRecords").addObject();
    record.put("timeUnixNano", "1795716000012345000");
    record.putObject("body").put("stringValue", line.toString());
    ArrayNode attributes = record.putArray("attributes");
    line.properties().forEach(field -> put(attributes, field.getKey(), field.getValue()));
    return request;
  }

  private static void put(ArrayNode to, String key, JsonNode value) {
    to.addObject().put("key", key).set("value", asValue(value));
  }

  /** A parser of JSON leaves numbers as floating point. */
  private static JsonNode asValue(JsonNode json) {
    ObjectNode value = JSON.createObjectNode();
    if (json.isObject()) {
      ArrayNode fields = value.putObject("kvlistValue").putArray("values");
      json.properties().forEach(field -> put(fields, field.getKey(), field.getValue()));
    } else if (json.isArray()) {
      ArrayNode values = value.putObject("arrayValue").putArray("values");
      json.forEach(one -> values.add(asValue(one)));
    } else if (json.isNumber()) {
      value.put("doubleValue", json.asDouble());
    } else {
      value.put("stringValue", json.asText());
    }
    return value;
  }

  private static Stream<JsonNode> events(RunningCollector collector) {
    return collector.lines("logs.jsonl").stream()
        .flatMap(request -> request.findValues("logRecords").stream())
        .flatMap(records -> StreamSupport.stream(records.spliterator(), false))
        .filter(event -> event.path("eventName").asText().equals("modelwarden.audit.exec"));
  }
}
