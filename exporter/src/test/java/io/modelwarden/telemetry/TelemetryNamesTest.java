// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetryNamesTest {

  private static final Path REPOSITORY =
      Path.of(System.getProperty("modelwarden.repository", ".."));

  @Test
  void everyNameInUse_existsInCode() throws IOException {
    assertThat(NameCheck.unknownNames(REPOSITORY)).isEmpty();
  }

  @Test
  void referencePage_isTheOneTheCodeMakes() throws IOException {
    assertThat(Files.readString(TelemetryReference.pageIn(REPOSITORY), UTF_8))
        .as("make it again: make docs")
        .isEqualTo(TelemetryReference.page());
  }

  @Test
  void names_areUniqueAndAttributesOfMetricsDescribed() {
    assertThat(MetricNames.all()).extracting(MetricSpec::name).doesNotHaveDuplicates();
    assertThat(MetricNames.all()).extracting(MetricSpec::prometheusName).doesNotHaveDuplicates();
    List<? extends AttributeKey<?>> keys =
        AttributeNames.all().stream().map(AttributeNames.Described::key).toList();
    assertThat(keys).doesNotHaveDuplicates();
    for (MetricSpec metric : MetricNames.all()) {
      assertThat(keys.containsAll(metric.attributes())).as(metric.name()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "modelwarden.file.io, modelwarden_file_io_bytes_total",
    "modelwarden.file.operations, modelwarden_file_operations_total",
    "modelwarden.file.mapping.size, modelwarden_file_mapping_size_bytes",
    "modelwarden.model.size, modelwarden_model_size_bytes",
    "modelwarden.network.io, modelwarden_network_io_bytes_total",
    "modelwarden.memory.read, modelwarden_memory_read_bytes_total",
    "modelwarden.detections, modelwarden_detections_total",
    "modelwarden.agent.heartbeat, modelwarden_agent_heartbeat_seconds",
    "modelwarden.agent.losses, modelwarden_agent_losses_total",
    "modelwarden.agent.probe.attached, modelwarden_agent_probe_attached",
    "modelwarden.agent.series.overflow, modelwarden_agent_series_overflow_total",
    "modelwarden.agent.info, modelwarden_agent_info",
  })
  void prometheusName_hasUnitAndTotal(String name, String prometheusName) {
    assertThat(MetricNames.all())
        .filteredOn(metric -> metric.name().equals(name))
        .extracting(MetricSpec::prometheusName)
        .containsExactly(prometheusName);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "expr: sum by (modelwarden_workload_name) (modelwarden_file_io_bytes_total[2m])",
        "exp_labels: {modelwarden_model_name: llama}",
        "record: workload_model:modelwarden_file_reads:increase1m",
        "{__name__=~\"modelwarden_.*\"} {__name__=~\"modelwarden_agent_.*\"}",
        "`modelwarden.agent.*` in io.modelwarden.session, modelwarden.jar, /etc/modelwarden.d/x",
        "set(span.attributes[\"security_rule.name\"], \"modelwarden.memory_read\")",
        "span.attributes[\"network.transport\"] == \"unix\"",
      })
  void knownNamesAndOtherThings_areLeftAlone(String text) {
    assertThat(NameCheck.unknownNames(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "modelwarden_file_io_total[5m], modelwarden_file_io_total",
    "sum by (modelwarden_workload) (x), modelwarden_workload",
    "the metric `modelwarden.file.reads`, modelwarden.file.reads",
    "modelwarden_nothing_.*, modelwarden_nothing",
    "span.attributes[\"network.peer.adress\"], network.peer.adress",
    "security_rule.nam, security_rule.nam",
    "modelwarden_model_nam: llama, modelwarden_model_nam",
  })
  void unknownName_isFound(String text, String name) {
    assertThat(NameCheck.unknownNames(text)).containsExactly(name);
  }
}
