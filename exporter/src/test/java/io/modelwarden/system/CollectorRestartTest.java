// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every attack of every lane at a collector whose back end is dead, the collector ended and started
 * again, the back end back: spans, log events and the findings of both are there, each once.
 */
@Tag("system")
class CollectorRestartTest {

  /** How the collector ends. */
  enum End {
    TERMINATED,
    KILLED
  }

  /** Besides one request for each case, so that there is more than one batch. */
  private static final int MORE = 100;

  private final Map<String, Long> sent = new TreeMap<>();
  private final Map<String, Long> findings = new TreeMap<>();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void whatADeadBackendHasNotTaken_comesOnceOfEveryLane(End end) throws Exception {
    VendorServer dead = new VendorServer();
    int port = dead.port();
    dead.close();
    RunningCollector before = collector(port);
    try {
      sendAttacks(before);
      if (end == End.KILLED) {
        before.kill();
      }
    } finally {
      before.close();
    }
    RunningCollector after = collector(port);
    try (VendorServer vendors = new VendorServer(port)) {
      RunningCollector.await(
          "all spans and log events",
          () -> spans(vendors).count() >= total() && events(vendors).count() >= total());
      assertThat(tally(spans(vendors), false)).as("spans").isEqualTo(sent);
      assertThat(tally(spans(vendors), true)).as("findings").isEqualTo(findings);
      assertThat(tally(events(vendors), false)).as("log events").isEqualTo(sent);
      assertThat(tally(events(vendors), true)).as("findings as events").isEqualTo(findings);
    } finally {
      after.close();
    }
  }

  private RunningCollector collector(int backend) throws Exception {
    return new RunningCollector(
        folder,
        LaneCases.configuration(LaneCases.lanes(), "backends/otlp.yaml"),
        Map.of(
            "MODELWARDEN_RULE_OTLP_ENDPOINT",
            "http://127.0.0.1:" + backend,
            "MODELWARDEN_RULE_HOST_READER_EXECUTABLES",
            "^/usr/sbin/scanner$"));
  }

  private void sendAttacks(RunningCollector collector) {
    List<String> attacks =
        LaneCases.table().values().stream()
            .flatMap(cells -> LaneCases.named(cells.get("attack")).stream())
            .toList();
    assertThat(attacks).hasSizeGreaterThanOrEqualTo(LaneCases.lanes().size());
    for (String attack : attacks) {
      String request = LaneCases.input(attack);
      collector.post(request.getBytes(UTF_8));
      collector.postLogs(OtlpJson.asLogs(request));
      for (JsonNode spans : LaneCases.json(request).findValues("spans")) {
        spans.forEach(span -> sent.merge(span.get("spanId").asText(), 1L, Long::sum));
      }
      for (JsonNode finding : LaneCases.expected(attack)) {
        String of = finding.get("spanId").asText() + " " + finding.get(LaneCases.RULE).asText();
        findings.merge(of, 1L, Long::sum);
      }
    }
    for (int i = 1; i <= MORE; i++) {
      String id = "%016x".formatted(i);
      collector.post(OtlpJson.memoryRead(id));
      collector.postLogs(OtlpJson.memoryReadEvent(id));
      sent.put(id, 1L);
      findings.put(id + " modelwarden.memory_read", 1L);
    }
    for (String lane : LaneCases.lanes()) {
      assertThat(findings.keySet())
          .as("attacks of " + lane)
          .anyMatch(finding -> finding.endsWith(" " + LaneCases.rule(lane)));
    }
  }

  private long total() {
    return Stream.of(sent, findings)
        .flatMap(all -> all.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  /** A span or a log event: which span it is or is about, and the rule if it is a finding. */
  private record Item(String span, String rule) {}

  private static Stream<Item> spans(VendorServer vendors) {
    return vendors
        .at("/v1/traces")
        .flatMap(request -> request.spans().stream())
        .map(
            span -> {
              String rule = rule(span.getAttributesList());
              byte[] id =
                  (rule.isEmpty() ? span.getSpanId() : span.getParentSpanId()).toByteArray();
              return new Item(HexFormat.of().formatHex(id), rule);
            });
  }

  private static Stream<Item> events(VendorServer vendors) {
    List<Item> items = new ArrayList<>();
    vendors
        .at("/v1/logs")
        .map(CollectorRestartTest::logs)
        .flatMap(request -> request.getResourceLogsList().stream())
        .flatMap(resource -> resource.getScopeLogsList().stream())
        .flatMap(scope -> scope.getLogRecordsList().stream())
        .forEach(
            event ->
                items.add(
                    new Item(
                        HexFormat.of().formatHex(event.getSpanId().toByteArray()),
                        rule(event.getAttributesList()))));
    return items.stream();
  }

  private static ExportLogsServiceRequest logs(VendorServer.Request request) {
    try {
      return ExportLogsServiceRequest.parseFrom(request.body());
    } catch (java.io.IOException wrong) {
      throw new AssertionError("no request of log events", wrong);
    }
  }

  private static String rule(List<KeyValue> attributes) {
    return attributes.stream()
        .filter(pair -> pair.getKey().equals(LaneCases.RULE))
        .map(pair -> pair.getValue().getStringValue())
        .findAny()
        .orElse("");
  }

  /** How often each came, of findings or of all others. */
  private static Map<String, Long> tally(Stream<Item> items, boolean findings) {
    Map<String, Long> tally = new HashMap<>();
    items
        .filter(item -> item.rule().isEmpty() != findings)
        .forEach(item -> tally.merge((item.span() + " " + item.rule()).strip(), 1L, Long::sum));
    return tally;
  }
}
