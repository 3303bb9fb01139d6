// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Requests as an agent would send them, of one workload. */
final class OtlpJson {

  private static final String RESOURCE =
      """
      "resource": {"attributes": [
        {"key": "k8s.namespace.name", "value": {"stringValue": "prod"}},
        {"key": "modelwarden.workload.kind", "value": {"stringValue": "deployment"}},
        {"key": "modelwarden.workload.name", "value": {"stringValue": "llama"}}]}""";

  private static final String FACTS =
      """
      "attributes": [
        {"key": "modelwarden.operation.name", "value": {"stringValue": "read_memory"}},
        {"key": "modelwarden.process.origin", "value": {"stringValue": "host"}},
        {"key": "modelwarden.memory.target.holds_model", "value": {"boolValue": true}},
        {"key": "modelwarden.memory.target.same_container", "value": {"boolValue": false}},
        {"key": "modelwarden.memory.read.total", "value": {"intValue": "8192"}}]""";

  private OtlpJson() {}

  /** A span that breaks the rule on memory. */
  static byte[] memoryRead(String spanId) {
    return """
        {"resourceSpans": [{%s, "scopeSpans": [{"scope": {"name": "modelwarden"}, "spans": [{
          "traceId": "00000000000000000000000000000001", "spanId": "%s", "kind": 1,
          "name": "read_memory process", "startTimeUnixNano": "1760000000000000000",
          "endTimeUnixNano": "1760000060000000000", %s}]}]}]}"""
        .formatted(RESOURCE, spanId, FACTS)
        .getBytes(UTF_8);
  }

  /** The same as a log event. */
  static byte[] memoryReadEvent(String spanId) {
    return """
        {"resourceLogs": [{%s, "scopeLogs": [{"scope": {"name": "modelwarden"}, "logRecords": [{
          "traceId": "00000000000000000000000000000001", "spanId": "%s",
          "eventName": "modelwarden.memory.access", "severityNumber": 13,
          "timeUnixNano": "1760000060000000000", %s}]}]}]}"""
        .formatted(RESOURCE, spanId, FACTS)
        .getBytes(UTF_8);
  }

  /** A request of spans as one of log events with their attributes and ids. */
  static byte[] asLogs(String spans) {
    JsonNode request = LaneCases.json(spans);
    for (JsonNode some : request.findValues("spans")) {
      for (JsonNode span : some) {
        ObjectNode event = (ObjectNode) span;
        event.remove(List.of("name", "kind", "startTimeUnixNano", "endTimeUnixNano"));
        event.put("timeUnixNano", "1760000060000000000");
      }
    }
    return request
        .toString()
        .replace("\"resourceSpans\"", "\"resourceLogs\"")
        .replace("\"scopeSpans\"", "\"scopeLogs\"")
        .replace("\"spans\"", "\"logRecords\"")
        .getBytes(UTF_8);
  }

  /** A cumulative counter of bytes, with the zero that it was born with. */
  static byte[] counterBornAtZero(String name, String value) {
    long now = System.currentTimeMillis();
    return """
        {"resourceMetrics": [{%s, "scopeMetrics": [{"scope": {"name": "modelwarden"}, "metrics": [{
          "name": "%s", "unit": "By", "sum": {"aggregationTemporality": 2, "isMonotonic": true,
          "dataPoints": [
            {"startTimeUnixNano": "%2$d000000", "timeUnixNano": "%2$d000000", "asInt": "0"},
            {"startTimeUnixNano": "%2$d000000", "timeUnixNano": "%3$d000000", "asInt": "%4$s"}]}}]}]}]}"""
        .replaceFirst("%s", java.util.regex.Matcher.quoteReplacement(RESOURCE))
        .replaceFirst("%s", name)
        .replace("%2$d", String.valueOf(now - 1000))
        .replace("%3$d", String.valueOf(now))
        .replace("%4$s", value)
        .getBytes(UTF_8);
  }
}
