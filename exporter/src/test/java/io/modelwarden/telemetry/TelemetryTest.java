// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.session.Evidence.Action;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Through the real SDK and its HTTP exporter, to a receiver that decodes what arrives. */
class TelemetryTest {

  private static final TelemetrySettings SETTINGS =
      new TelemetrySettings("0.1.0", Story.HOST, 100, model -> false, workload -> "", Story::now);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private OtlpReceiver receiver;

  @BeforeEach
  void receive() throws IOException {
    receiver = new OtlpReceiver();
  }

  @AfterEach
  void end() {
    receiver.close();
  }

  @Test
  void bodies_areGzippedProtobufUnlessTheUserSaysOtherwise() {
    try (Telemetry telemetry = start(Map.of())) {
      telemetry.span(Story.evidence(Story.memory()));
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    assertThat(receiver.encodings).containsOnly("gzip");
    assertThat(receiver.types).containsOnly("application/x-protobuf");

    receiver.encodings.clear();
    try (Telemetry telemetry = start(Map.of("otel.exporter.otlp.compression", "none"))) {
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    assertThat(receiver.encodings).isNotEmpty().containsOnly("null");
  }

  @Test
  void spans_arriveWithinASecondUnderTheirOwnResources() throws InterruptedException {
    try (Telemetry telemetry = start(Map.of())) {
      telemetry.span(Story.evidence(Story.file(Action.READ)));
      telemetry.span(Story.evidence(Story.egress(Role.INITIATED, Transport.TCP)));
      telemetry.deliver();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (receiver.spans.isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
      ResourceSpans received = receiver.spans.get(0).get(0);
      assertThat(attributes(received.getResource()))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "service.name", "host",
                  "service.instance.id", "4c4c4544/vllm.service",
                  "host.id", "4c4c4544",
                  "host.name", "gpu-7",
                  "modelwarden.workload.kind", "systemd_unit",
                  "modelwarden.workload.name", "vllm.service"));
      assertThat(received.getSchemaUrl()).isEqualTo("https://opentelemetry.io/schemas/1.37.0");
      assertThat(received.getScopeSpans(0).getScope().getName()).isEqualTo("modelwarden");
      assertThat(received.getScopeSpans(0).getScope().getVersion()).isEqualTo("0.1.0");
      List<Span> spans = received.getScopeSpans(0).getSpansList();
      assertThat(spans).extracting(Span::getName).contains("read safetensors", "send tcp");
      assertThat(spans.get(0).getStartTimeUnixNano()).isEqualTo(Story.EPOCH_NANOS);
      assertThat(spans.get(0).getLinksCount()).isEqualTo(1);
    }
  }

  @Test
  void logEvents_nameTheirSpan() {
    try (Telemetry telemetry = start(Map.of())) {
      telemetry.span(Story.evidence(Story.memory()));
      telemetry.span(Story.evidence(Story.file(Action.READ)));
      telemetry.flush(PATIENCE);
    }
    List<LogRecord> records =
        receiver.logs.stream()
            .flatMap(List::stream)
            .flatMap(logs -> logs.getScopeLogsList().stream())
            .flatMap(logs -> logs.getLogRecordsList().stream())
            .toList();
    assertThat(records)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.getEventName()).isEqualTo("modelwarden.memory.access");
              assertThat(record.getSpanId().toByteArray()).hasSize(8);
              assertThat(record.getSeverityText()).isEqualTo("WARN");
            });
  }

  @Test
  void metrics_areBornAtZeroAndCumulativePerResource() {
    long touched = epochNanos() - TimeUnit.SECONDS.toNanos(3);
    Map<String, String> delta =
        Map.of("otel.exporter.otlp.metrics.temporality.preference", "delta");
    try (Telemetry telemetry = start(delta)) {
      telemetry.measure(Story.read(Story.SERVER, "/m/a", 14_000_000_000L, touched));
      telemetry.measure(Story.read(Story.THIEF, "/m/a", 5, touched));
      assertThat(telemetry.flush(PATIENCE)).isTrue();
      telemetry.measure(Story.read(Story.SERVER, "/m/a", 1, epochNanos()));
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    List<ResourceMetrics> first = receiver.metrics.get(0);
    assertThat(first)
        .extracting(m -> attributes(m.getResource()).get("service.instance.id"))
        .containsExactlyInAnyOrder("4c4c4544/vllm.service", "4c4c4544//usr/bin/curl", "gpu-7");
    Metric io = metric("4c4c4544/vllm.service", "modelwarden.file.io", first);
    assertThat(io.getSum().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    assertThat(io.getSum().getDataPointsList())
        .extracting(NumberDataPoint::getAsInt)
        .containsExactly(0L, 14_000_000_000L);
    assertThat(io.getSum().getDataPoints(0).getTimeUnixNano()).isEqualTo(touched);
    Metric later = metric("4c4c4544/vllm.service", "modelwarden.file.io", receiver.metrics.get(1));
    assertThat(later.getSum().getDataPointsList())
        .extracting(NumberDataPoint::getAsInt)
        .containsExactly(14_000_000_001L);
  }

  @Test
  void ownState_isOnTheAgentsResourceOnly() {
    Map<String, String> attributes = Map.of("otel.resource.attributes", "team=ml,host.name=mine");
    try (Telemetry telemetry = start(attributes)) {
      telemetry.self().loss("ring_full", () -> 3);
      telemetry.measure(Story.read(Story.SERVER, "/m/a", 5, epochNanos()));
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    List<ResourceMetrics> all = receiver.metrics.get(0);
    Map<String, Object> agent =
        all.stream()
            .map(m -> attributes(m.getResource()))
            .filter(a -> a.get("service.name").equals("modelwarden"))
            .findFirst()
            .orElseThrow();
    assertThat(agent)
        .containsEntry("service.instance.id", "gpu-7")
        .containsEntry("service.version", "0.1.0")
        .containsEntry("host.id", "4c4c4544")
        .containsEntry("host.name", "mine")
        .containsEntry("team", "ml");
    assertThat(all)
        .extracting(m -> attributes(m.getResource()))
        .filteredOn(a -> !a.equals(agent))
        .singleElement()
        .satisfies(workload -> assertThat(workload).doesNotContainKey("team"));

    Metric heartbeat = metric("gpu-7", "modelwarden.agent.heartbeat", all);
    assertThat(heartbeat.getGauge().getDataPoints(0).getAsDouble())
        .isBetween(
            (double) Instant.now().getEpochSecond() - 60, Instant.now().getEpochSecond() + 1.0);
    Map<Object, Double> losses = new HashMap<>();
    metric("gpu-7", "modelwarden.agent.losses", all)
        .getSum()
        .getDataPointsList()
        .forEach(p -> losses.put(attributes(p.getAttributesList()), p.getAsDouble()));
    assertThat(losses)
        .containsEntry(Map.of("modelwarden.agent.loss.reason", "ring_full"), 3.0)
        .containsEntry(Map.of("modelwarden.agent.loss.reason", "span_queue_full"), 0.0);
    assertThat(all)
        .flatExtracting(m -> m.getScopeMetrics(0).getMetricsList())
        .extracting(Metric::getName)
        .allMatch(name -> name.startsWith("modelwarden."));
  }

  @Test
  void serviceNameOfTheUser_wins() {
    try (Telemetry telemetry = start(Map.of("otel.service.name", "mine"))) {
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    assertThat(receiver.metrics.get(0))
        .extracting(m -> attributes(m.getResource()).get("service.name"))
        .containsExactly("mine");
  }

  @Test
  void samplerOfTheUser_choosesNothing() {
    try (Telemetry telemetry = start(Map.of("otel.traces.sampler", "always_off"))) {
      telemetry.span(Story.evidence(Story.memory()));
    }
    assertThat(receiver.spans).hasSize(1);
  }

  @Test
  void refusedBatches_areCountedAsLosses() {
    receiver.status = 400;
    try (Telemetry telemetry = start(Map.of())) {
      telemetry.span(Story.evidence(Story.memory()));
      telemetry.span(Story.evidence(Story.memory()));
      assertThat(telemetry.flush(PATIENCE)).isFalse();
      assertThat(losses(telemetry))
          .containsEntry("span_export_failed", 2.0)
          .containsEntry("log_export_failed", 2.0)
          .containsEntry("span_queue_full", 0.0);
      receiver.status = 200;
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    Metric losses = metric("gpu-7", "modelwarden.agent.losses", receiver.metrics.get(0));
    assertThat(losses.getSum().getDataPointsList())
        .filteredOn(p -> attributes(p.getAttributesList()).containsValue("span_export_failed"))
        .extracting(NumberDataPoint::getAsDouble)
        .containsExactly(0.0, 2.0);
  }

  @Test
  void outage_leavesTotalsRightAndSeriesBornAtZero() {
    long touched = epochNanos() - TimeUnit.SECONDS.toNanos(3);
    receiver.status = 400;
    try (Telemetry telemetry = start(Map.of())) {
      telemetry.measure(Story.read(Story.SERVER, "/m/a", 100, touched));
      assertThat(telemetry.flush(PATIENCE)).isFalse();
      telemetry.measure(Story.read(Story.SERVER, "/m/a", 11, epochNanos()));
      receiver.status = 200;
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    Metric io = metric("4c4c4544/vllm.service", "modelwarden.file.io", receiver.metrics.get(0));
    assertThat(io.getSum().getDataPointsList())
        .extracting(NumberDataPoint::getAsInt)
        .containsExactly(0L, 111L);
    assertThat(io.getSum().getDataPoints(0).getTimeUnixNano()).isEqualTo(touched);
  }

  @Test
  void manySeriesWithLongPaths_goInRequestsThatCollectorsTake() {
    TelemetrySettings many =
        new TelemetrySettings(
            "0.1.0", Story.HOST, 10_000, model -> false, workload -> "", Story::now);
    String deep = "/models" + "/d".repeat(1000) + "/";
    int series = 10_000;
    try (Telemetry telemetry = Telemetry.start(many, Map.of(), receiver.properties())) {
      for (int i = 0; i < series; i++) {
        telemetry.measure(Story.read(Story.SERVER, deep + i, 1, epochNanos()));
      }
      assertThat(telemetry.flush(PATIENCE)).isTrue();
    }
    assertThat(receiver.metrics)
        .allSatisfy(
            request ->
                assertThat(request.stream().mapToInt(ResourceMetrics::getSerializedSize).sum())
                    .isLessThan(8 * 1024 * 1024));
    assertThat(
            receiver.metrics.stream()
                .flatMap(List::stream)
                .flatMap(m -> m.getScopeMetrics(0).getMetricsList().stream())
                .filter(m -> m.getName().equals("modelwarden.file.io"))
                .flatMap(m -> m.getSum().getDataPointsList().stream())
                .filter(p -> p.getAsInt() == 1)
                .map(NumberDataPoint::getAttributesList)
                .distinct())
        .hasSize(series);
  }

  @Test
  void disabledSdk_takesEverythingAndSendsNothing() {
    try (Telemetry telemetry = start(Map.of("otel.sdk.disabled", "true"))) {
      telemetry.span(Story.evidence(Story.memory()));
      telemetry.measure(Story.read(Story.SERVER, "/m/a", 5, epochNanos()));
      assertThat(telemetry.flush(PATIENCE)).isTrue();
      assertThat(telemetry.samples())
          .filteredOn(s -> s.metric() == MetricNames.FILE_IO)
          .singleElement()
          .satisfies(
              s -> {
                assertThat(s.value()).isEqualTo(5);
                assertThat(s.attributes())
                    .containsEntry("modelwarden.workload.name", "vllm.service")
                    .containsEntry("file.path", "/m/a");
              });
    }
    assertThat(receiver.encodings).isEmpty();
  }

  @Test
  void configFile_isRefusedWithItsName() {
    assertThatThrownBy(
            () -> Telemetry.start(SETTINGS, Map.of("OTEL_CONFIG_FILE", "/etc/o.yaml"), Map.of()))
        .isInstanceOf(TelemetryConfigurationException.class)
        .hasMessage(
            "OTEL_CONFIG_FILE=/etc/o.yaml: declarative configuration leaves out the agent's own"
                + " metrics and spans; unset it and use the other OTEL_* variables");
  }

  @Test
  void unknownExporter_isRefusedInOneLine() {
    assertThatThrownBy(() -> start(Map.of("otel.metrics.exporter", "prometheus")))
        .isInstanceOf(TelemetryConfigurationException.class)
        .message()
        .contains("prometheus")
        .doesNotContain("\n");
  }

  @Test
  void remarks_nameWhatIsNotFollowed() {
    assertThat(Telemetry.remarks(Map.of("OTEL_TRACES_SAMPLER", "always_off")))
        .containsExactly("OTEL_TRACES_SAMPLER=always_off is ignored: evidence is never sampled");
    assertThat(Telemetry.remarks(Map.of("OTEL_METRIC_EXPORT_INTERVAL", "5000"))).isEmpty();
  }

  private Telemetry start(Map<String, String> properties) {
    Map<String, String> all = new TreeMap<>(receiver.properties());
    all.putAll(properties);
    return Telemetry.start(SETTINGS, Map.of(), all);
  }

  private static Map<String, Double> losses(Telemetry telemetry) {
    Map<String, Double> losses = new HashMap<>();
    telemetry.self().samples().stream()
        .filter(sample -> sample.metric() == MetricNames.AGENT_LOSSES)
        .forEach(
            sample ->
                losses.put(
                    sample.attributes().get("modelwarden.agent.loss.reason"), sample.value()));
    return losses;
  }

  private static Metric metric(String instance, String name, List<ResourceMetrics> from) {
    return from.stream()
        .filter(m -> instance.equals(attributes(m.getResource()).get("service.instance.id")))
        .flatMap(m -> m.getScopeMetricsList().stream())
        .flatMap(m -> m.getMetricsList().stream())
        .filter(m -> m.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Object> attributes(Resource resource) {
    return attributes(resource.getAttributesList());
  }

  private static Map<String, Object> attributes(List<KeyValue> list) {
    Map<String, Object> named = new TreeMap<>();
    list.forEach(a -> named.put(a.getKey(), a.getValue().getStringValue()));
    return named;
  }

  private static long epochNanos() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }
}
