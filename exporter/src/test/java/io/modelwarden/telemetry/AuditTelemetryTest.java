// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.audit.AuditRecord;
import io.modelwarden.audit.AuditServer;
import io.modelwarden.audit.AuditSettings;
import io.modelwarden.audit.Events;
import io.modelwarden.config.Endpoint;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** From the body that an API server posts to what a collector receives. */
class AuditTelemetryTest {

  private static final AuditSettings LOOPBACK =
      new AuditSettings(Endpoint.parse("127.0.0.1:0"), null, null, null, true);

  @Test
  void execSession_arrivesOnItsPodWithUserAndCommand() throws Exception {
    try (OtlpReceiver collector = new OtlpReceiver()) {
      try (AuditTelemetry telemetry = start(collector);
          AuditServer server = AuditServer.bind(LOOPBACK)) {
        telemetry.observe(server.counts());
        server.serve(telemetry);
        assertThat(post(server, Events.session())).isEqualTo(200);
        assertThat(post(server, new byte[0])).isEqualTo(400);
      }
      List<ResourceLogs> logs = collector.logs.stream().flatMap(List::stream).toList();
      assertThat(logs)
          .allSatisfy(
              one ->
                  assertThat(texts(one.getResource().getAttributesList()))
                      .isEqualTo(
                          Map.of(
                              "k8s.cluster.name", "test",
                              "k8s.namespace.name", "prod",
                              "k8s.pod.name", "llama-0",
                              "k8s.container.name", "server")));
      List<LogRecord> records =
          logs.stream()
              .flatMap(one -> one.getScopeLogsList().stream())
              .flatMap(one -> one.getLogRecordsList().stream())
              .sorted(Comparator.comparing(LogRecord::getTimeUnixNano))
              .toList();
      assertThat(records).hasSize(2);
      assertThat(records).allMatch(one -> one.getEventName().equals("modelwarden.audit.exec"));
      LogRecord start = records.get(0);
      assertThat(start.getTimeUnixNano()).isEqualTo(1_795_716_000_012_345_000L);
      assertThat(Instant.ofEpochSecond(0, start.getTimeUnixNano()))
          .isEqualTo("2026-11-26T18:00:00.012345Z");
      assertThat(start.getTraceId().isEmpty()).isTrue();
      assertThat(start.getBody().getStringValue())
          .isEqualTo(
              "mallory@acme.example: exec of prod/llama-0 by 192.0.2.10, ResponseStarted with 101");
      Map<String, String> attributes = texts(start.getAttributesList());
      assertThat(attributes)
          .containsEntry("user.name", "mallory@acme.example")
          .containsEntry("modelwarden.audit.user.groups", "[ml-ops, system:authenticated]")
          .containsEntry("client.address", "192.0.2.10")
          .containsEntry("network.peer.address", "192.0.2.10")
          .containsEntry("http.response.status_code", "101")
          .containsEntry("process.command_args", "[cat, /models/acme.safetensors]")
          .containsEntry("modelwarden.audit.stage", "ResponseStarted")
          .containsEntry("modelwarden.audit.subresource", "exec")
          .containsEntry("modelwarden.audit.request.time", "2026-11-26T18:00:00.000001Z")
          .hasSize(11);
      assertThat(totals(collector))
          .containsEntry("modelwarden.audit.records exported", 2.0)
          .containsEntry("modelwarden.audit.records other", 0.0)
          .containsEntry("modelwarden.audit.records lost", 0.0)
          .containsEntry("modelwarden.audit.requests accepted", 1.0)
          .containsEntry("modelwarden.audit.requests wrong", 1.0)
          .containsEntry("modelwarden.audit.requests busy", 0.0)
          .containsEntry("modelwarden.audit.requests too_large", 0.0)
          .hasSize(7);
    }
  }

  @Test
  void fullQueue_takesNothingOfAListRatherThanAPart() throws Exception {
    try (OtlpReceiver collector = new OtlpReceiver()) {
      Map<String, String> properties = new TreeMap<>(collector.properties());
      properties.put("otel.blrp.max.queue.size", "10");
      properties.put("otel.blrp.max.export.batch.size", "10");
      collector.status = 503;
      try (AuditTelemetry telemetry = start(properties)) {
        assertThat(telemetry.take(Collections.nCopies(7, RECORD))).isTrue();
        assertThat(telemetry.take(Collections.nCopies(7, RECORD))).isFalse();
        assertThat(telemetry.take(Collections.nCopies(3, RECORD))).isTrue();
        collector.status = 200;
      }
      long arrived =
          collector.logs.stream()
              .flatMap(List::stream)
              .flatMap(one -> one.getScopeLogsList().stream())
              .mapToLong(one -> one.getLogRecordsCount())
              .sum();
      assertThat(arrived).isEqualTo(10);
    }
  }

  private static final AuditRecord RECORD =
      new AuditRecord(
          "id",
          "Panic",
          Instant.EPOCH,
          null,
          "",
          List.of(),
          "",
          "",
          "",
          "",
          "exec",
          "",
          "",
          "",
          "",
          0,
          List.of());

  @Test
  void recordThatSaysLittle_hasNoEmptyAttributes() {
    assertThat(AuditLog.attributesOf(RECORD).asMap())
        .isEqualTo(
            Map.of(
                AttributeNames.AUDIT_ID, "id",
                AttributeNames.AUDIT_STAGE, "Panic",
                AttributeNames.AUDIT_SUBRESOURCE, "exec"));
  }

  private static AuditTelemetry start(OtlpReceiver collector) {
    return start(collector.properties());
  }

  private static AuditTelemetry start(Map<String, String> properties) {
    return AuditTelemetry.start(
        "0.1.0", new HostIdentity("id", "pod-1", null, "test"), Map.of(), properties);
  }

  private static int post(AuditServer server, byte[] body) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofString())
        .statusCode();
  }

  private static Map<String, Double> totals(OtlpReceiver collector) {
    Map<String, Double> totals = new TreeMap<>();
    for (List<ResourceMetrics> request : collector.metrics) {
      for (ResourceMetrics one : request) {
        assertThat(texts(one.getResource().getAttributesList()))
            .containsEntry("service.name", "modelwarden-audit")
            .containsEntry("service.instance.id", "pod-1");
        one.getScopeMetricsList().stream()
            .flatMap(scope -> scope.getMetricsList().stream())
            .forEach(metric -> addTo(totals, metric));
      }
    }
    return totals;
  }

  private static void addTo(Map<String, Double> totals, Metric metric) {
    for (NumberDataPoint point : metric.getSum().getDataPointsList()) {
      String outcome = texts(point.getAttributesList()).get("modelwarden.audit.outcome");
      totals.merge(metric.getName() + " " + outcome, point.getAsDouble(), Math::max);
    }
  }

  private static Map<String, String> texts(List<KeyValue> attributes) {
    Map<String, String> texts = new TreeMap<>();
    for (KeyValue one : attributes) {
      texts.put(
          one.getKey(),
          switch (one.getValue().getValueCase()) {
            case INT_VALUE -> Long.toString(one.getValue().getIntValue());
            case ARRAY_VALUE ->
                one.getValue().getArrayValue().getValuesList().stream()
                    .map(value -> value.getStringValue())
                    .toList()
                    .toString();
            default -> one.getValue().getStringValue();
          });
    }
    return texts;
  }
}
