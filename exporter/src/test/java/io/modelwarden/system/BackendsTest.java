// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each back end is sent, at a server that stands for all of them: where to, how and what. */
@Tag("system")
class BackendsTest {

  private static final List<String> LANE =
      List.of("base.yaml", "policy.yaml", "detection/memory-read.yaml");
  private static final String TOTAL = "14000000000";

  @TempDir Path folder;
  private VendorServer vendors;

  @BeforeEach
  void start() throws Exception {
    vendors = new VendorServer();
  }

  @AfterEach
  void stop() {
    vendors.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "otlp,                 /v1/traces,          /v1/metrics,           /v1/logs,      , ",
    "datadog,              /v1/traces,          /v1/metrics,           /v1/logs,      dd-api-key,    the key",
    "splunk-observability, /v2/trace/otlp,      /v2/datapoint/otlp,    ,              x-sf-token,    the key",
    "grafana-cloud,        /v1/traces,          /v1/metrics,           /v1/logs,      authorization, Basic a2V5",
    "grafana-lgtm,         /v1/traces,          /otlp/v1/metrics,      /otlp/v1/logs, , ",
    "elasticsearch,        /v1/traces,          /v1/metrics,           /v1/logs,      authorization, ApiKey the key",
  })
  void aBackend_isSentAllThatItTakes(
      String name, String traces, String metrics, String logs, String header, String value)
      throws Exception {
    List<String> files = new ArrayList<>(LANE);
    files.add("backends/" + name + ".yaml");
    try (RunningCollector collector = new RunningCollector(folder, files, environment())) {
      collector.post(OtlpJson.memoryRead("0000000000000001"));
      collector.postLogs(OtlpJson.memoryReadEvent("0000000000000001"));
      collector.postMetrics(OtlpJson.counterBornAtZero("modelwarden.file.io", TOTAL));

      RunningCollector.await(
          "the span and its finding", () -> vendors.spansById(traces).size() >= 2);
      assertThat(vendors.at(traces).flatMap(request -> request.spans().stream()))
          .extracting(Span::getName)
          .containsExactlyInAnyOrder("read_memory process", "finding modelwarden.memory_read");
      VendorServer.Request numbers = vendors.await(metrics);
      checkCounter(numbers, name.equals("datadog"));
      if (logs != null) {
        VendorServer.Request events = vendors.await(logs);
        assertThat(ExportLogsServiceRequest.parseFrom(events.body()).toString())
            .contains("modelwarden.memory.access");
        RunningCollector.await(
            "the finding as a log event",
            () -> vendors.at(logs).anyMatch(request -> holds(request, "security_rule.name")));
      }
      assertThat(vendors.spansById(traces)).hasSize(2);
      assertThat(vendors.spansById(traces).values())
          .as("contents of one id")
          .allSatisfy(contents -> assertThat(contents).hasSize(1));
      for (VendorServer.Request request : vendors.all()) {
        assertThat(request.header("content-type")).isEqualTo("application/x-protobuf");
        assertThat(request.header("content-encoding")).isEqualTo("gzip");
        if (header != null) {
          assertThat(request.header(header)).isEqualTo(value);
        }
      }
    }
  }

  /** It takes nothing else: a request of metrics would be dropped there, and said to be a loss. */
  @Test
  void tempo_isSentSpansAndFindingsOnly() throws Exception {
    List<String> files = new ArrayList<>(LANE);
    files.addAll(List.of("backends/tempo.yaml", "backends/file.yaml"));
    Map<String, String> environment = environment();
    environment.put("MODELWARDEN_RULE_OUTPUT", folder.toString());
    try (RunningCollector collector = new RunningCollector(folder, files, environment)) {
      collector.postLogs(OtlpJson.memoryReadEvent("0000000000000001"));
      collector.postMetrics(OtlpJson.counterBornAtZero("modelwarden.file.io", TOTAL));
      collector.post(OtlpJson.memoryRead("0000000000000001"));
      RunningCollector.await(
          "the span and its finding", () -> vendors.spansById("/v1/traces").size() >= 2);
      assertThat(vendors.at("/v1/traces").flatMap(request -> request.spans().stream()))
          .extracting(Span::getName)
          .containsExactlyInAnyOrder("read_memory process", "finding modelwarden.memory_read");
      assertThat(vendors.all()).allMatch(request -> request.path().equals("/v1/traces"));
    }
  }

  /** The first point is the zero it was born with: as a delta the second one is the whole. */
  private static void checkCounter(VendorServer.Request request, boolean delta) throws Exception {
    List<Metric> metrics =
        ExportMetricsServiceRequest.parseFrom(request.body()).getResourceMetricsList().stream()
            .flatMap(resource -> resource.getScopeMetricsList().stream())
            .flatMap(scope -> scope.getMetricsList().stream())
            .filter(metric -> metric.getName().equals("modelwarden.file.io"))
            .toList();
    assertThat(metrics).isNotEmpty();
    for (Metric metric : metrics) {
      assertThat(metric.getSum().getAggregationTemporality())
          .isEqualTo(
              delta
                  ? AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
                  : AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }
    assertThat(
            metrics.stream()
                .flatMap(metric -> metric.getSum().getDataPointsList().stream())
                .mapToLong(NumberDataPoint::getAsInt)
                .sum())
        .isEqualTo(Long.parseLong(TOTAL));
  }

  @Test
  void remoteWrite_isSnappyProtobufWithTheWorkloadAsLabels() throws Exception {
    List<String> files = new ArrayList<>(LANE);
    files.add("backends/prometheus-remote-write.yaml");
    try (RunningCollector collector = new RunningCollector(folder, files, environment())) {
      collector.postMetrics(OtlpJson.counterBornAtZero("modelwarden.file.io", TOTAL));
      VendorServer.Request request = vendors.await("/api/v1/write");
      assertThat(request.header("content-encoding")).isEqualTo("snappy");
      assertThat(request.header("content-type")).startsWith("application/x-protobuf");
      assertThat(request.header("x-prometheus-remote-write-version")).isNotEmpty();
      // Texts that stand there for the first time are literals in snappy.
      assertThat(new String(request.body(), UTF_8))
          .contains("modelwarden_file_io_bytes_total")
          .contains("workload_kind")
          .contains("deployment");
    }
  }

  @Test
  void aScrape_showsCounterAndWorkload() throws Exception {
    int port = Programs.freePort();
    Map<String, String> environment = environment();
    environment.put("MODELWARDEN_RULE_SCRAPE_LISTEN", "127.0.0.1:" + port);
    List<String> files = new ArrayList<>(LANE);
    files.add("backends/prometheus-scrape.yaml");
    try (RunningCollector collector = new RunningCollector(folder, files, environment)) {
      collector.postMetrics(OtlpJson.counterBornAtZero("modelwarden.file.io", TOTAL));
      RunningCollector.await(
          "the counter",
          () ->
              RunningCollector.text("http://127.0.0.1:" + port + "/metrics")
                  .lines()
                  .anyMatch(
                      line ->
                          line.startsWith("modelwarden_file_io_bytes_total{")
                              && line.contains("modelwarden_workload_name=\"llama\"")
                              && line.endsWith(" 1.4e+10")));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "datadog, DD_API_KEY, filter/datadog_key",
    "splunk-observability, SPLUNK_ACCESS_TOKEN, filter/splunk_observability_key",
    "grafana-cloud, GRAFANA_AUTHORIZATION, filter/grafana_cloud_key",
    "elasticsearch, ELASTIC_API_KEY, filter/elasticsearch_key",
    "otlp, MODELWARDEN_RULE_OTLP_ENDPOINT, otlp_http/otlp",
    "prometheus-remote-write, MODELWARDEN_RULE_REMOTE_WRITE, prometheusremotewrite/remote_write",
  })
  void aSecretThatIsNotSetOrEmpty_stopsTheCollector(String name, String variable, String part) {
    Map<String, String> environment = environment();
    assertThat(validated(name, environment).code()).as("with it").isZero();
    environment.put(variable, "");
    assertThat(validated(name, environment).code()).as("empty").isNotZero();
    assertThat(validated(name, environment).output()).contains(part);
    environment.remove(variable);
    assertThat(validated(name, environment).code()).as("not set").isNotZero();
    assertThat(validated(name, environment).output()).contains(part);
  }

  private Programs.Ended validated(String name, Map<String, String> environment) {
    List<String> command = new ArrayList<>(List.of("env"));
    environment.forEach((key, value) -> command.add(key + "=" + value));
    command.add("MODELWARDEN_RULE_COLLECTOR_ID=test");
    command.add("MODELWARDEN_RULE_STORAGE=" + folder);
    List<String> files = new ArrayList<>(LANE);
    files.addAll(List.of("backends/" + name + ".yaml", "backends/prometheus-otlp.yaml"));
    command.addAll(RunningCollector.command(List.of("validate"), files));
    return Programs.run(command);
  }

  private Map<String, String> environment() {
    String address = vendors.address();
    return new HashMap<>(
        Map.ofEntries(
            Map.entry("DD_API_KEY", "the key"),
            Map.entry("SPLUNK_ACCESS_TOKEN", "the key"),
            Map.entry("ELASTIC_API_KEY", "the key"),
            Map.entry("GRAFANA_AUTHORIZATION", "Basic a2V5"),
            Map.entry("MODELWARDEN_RULE_OTLP_ENDPOINT", address),
            Map.entry("MODELWARDEN_RULE_DATADOG_ENDPOINT", address),
            Map.entry("MODELWARDEN_RULE_DATADOG_TRACES_ENDPOINT", address),
            Map.entry("MODELWARDEN_RULE_SPLUNK_ENDPOINT", address),
            Map.entry("MODELWARDEN_RULE_GRAFANA_ENDPOINT", address),
            Map.entry("MODELWARDEN_RULE_ELASTIC_ENDPOINT", address),
            Map.entry("MODELWARDEN_RULE_TEMPO", address),
            Map.entry("MODELWARDEN_RULE_MIMIR", address),
            Map.entry("MODELWARDEN_RULE_LOKI", address),
            Map.entry("MODELWARDEN_RULE_REMOTE_WRITE", address + "/api/v1/write")));
  }

  private static boolean holds(VendorServer.Request request, String text) {
    return new String(request.body(), UTF_8).contains(text);
  }

  /** The files of back ends that need another collector are named as such. */
  @Test
  void whatIsNotRunHere_saysSo() throws Exception {
    try (Stream<Path> files = Files.list(RunningCollector.CONFIGURATION.resolve("backends"))) {
      for (Path file : files.toList()) {
        boolean foreign =
            List.of("kafka.yaml", "splunk-hec.yaml").contains(file.getFileName().toString());
        assertThat(Files.readString(file).contains("NOT RUN"))
            .as(file.toString())
            .isEqualTo(foreign);
      }
    }
  }
}
