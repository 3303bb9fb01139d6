// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is told what by the committed example: a real Alertmanager, and a server for all webhooks.
 */
@Tag("system")
class AlertmanagerTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PAGER = "/pager";
  private static final String SECURITY = "/security";
  private static final String PLATFORM = "/platform";
  private static final String WARNING = "ModelEgressBudgetWarning";
  private static final String EXCEEDED = "ModelEgressBudgetExceeded";
  private static final String SILENT = "ModelwardenAgentSilent";

  @TempDir Path folder;
  private VendorServer receivers;
  private RunningAlertmanager alertmanager;

  @BeforeEach
  void start() throws IOException {
    receivers = new VendorServer();
    alertmanager = new RunningAlertmanager(folder, "127.0.0.1:" + receivers.port());
  }

  @AfterEach
  void stop() {
    if (alertmanager != null) {
      alertmanager.close();
    }
    receivers.close();
  }

  @Test
  void example_isValid() {
    Programs.Ended ended =
        Programs.run(
            List.of(
                RunningAlertmanager.folder().resolve("amtool").toString(),
                "check-config",
                RunningAlertmanager.EXAMPLE.toString()));
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("SUCCESS");
  }

  /** From the counters of an agent to the messages. */
  @Test
  void oneTheft_isOneMessageToEachReceiver() throws IOException {
    try (RunningPrometheus prometheus =
        RunningPrometheus.ofTheDemo(folder, 0, '"' + alertmanager.address() + '"')) {
      String metrics = prometheus.address() + "/api/v1/otlp/v1/metrics";
      RunningCollector.postJson(metrics, theft());

      assertThat(names(message(PAGER))).containsExactly(EXCEEDED, "ModelExecCopy");
      assertThat(message(PAGER).get("groupLabels"))
          .isEqualTo(
              JSON.readTree(
                  """
                  {"k8s_namespace_name": "prod", "modelwarden_workload_kind": "deployment",
                   "modelwarden_workload_name": "llama"}"""));
      assertThat(names(message(SECURITY))).containsExactly("ModelwardenFinding");
      assertThat(message(SECURITY).at("/commonAnnotations/description").asText())
          .contains("1 findings of modelwarden.exec_copy");
      assertThat(prometheus.query("ALERTS{alertname=\"" + WARNING + "\"}")).isNotEmpty();
      assertThat(state(WARNING)).containsExactly("suppressed");
    }
  }

  /** Ten megabytes of a model: two read by an exec session, six sent outside; and one finding. */
  private static byte[] theft() {
    String resource =
        """
        {"attributes": [{"key": "k8s.namespace.name", "value": {"stringValue": "prod"}},
         {"key": "host.name", "value": {"stringValue": "node-1"}},
         {"key": "k8s.node.name", "value": {"stringValue": "node-1"}},
         {"key": "modelwarden.workload.kind", "value": {"stringValue": "deployment"}},
         {"key": "modelwarden.workload.name", "value": {"stringValue": "llama"}}]}""";
    Map<String, String> model = Map.of("modelwarden.model.name", "acme");
    String size =
        "{\"name\": \"modelwarden.model.size\", \"unit\": \"By\", \"gauge\": {\"dataPoints\": [%s]}}"
            .formatted(point(model, 0, 10_000_000));
    String read =
        counter(
            "modelwarden.file.io",
            "By",
            2_000_000,
            Map.of(
                "modelwarden.model.name", "acme",
                "disk.io.direction", "read",
                "modelwarden.process.origin", "exec",
                "modelwarden.container.phase", "serving"));
    String sent =
        counter(
            "modelwarden.network.io",
            "By",
            6_000_000,
            Map.of(
                "modelwarden.model.name", "acme",
                "modelwarden.network.role", "initiated",
                "modelwarden.network.peer.scope", "public"));
    String found =
        counter(
            "modelwarden.detections",
            "{detection}",
            1,
            Map.of("security_rule.name", "modelwarden.exec_copy"));
    return """
        {"resourceMetrics": [{"resource": %s, "scopeMetrics": [{"metrics": [%s]}]}]}"""
        .formatted(resource, String.join(", ", size, read, sent, found))
        .getBytes(UTF_8);
  }

  private static String counter(
      String name, String unit, long value, Map<String, String> attributes) {
    return """
        {"name": "%s", "unit": "%s", "sum": {"aggregationTemporality": 2, "isMonotonic": true,
         "dataPoints": [%s, %s]}}"""
        .formatted(name, unit, point(attributes, -1, 0), point(attributes, 0, value));
  }

  private static String point(Map<String, String> attributes, long milliseconds, long value) {
    List<String> pairs = new ArrayList<>();
    attributes.forEach(
        (key, text) ->
            pairs.add(
                "{\"key\": \"%s\", \"value\": {\"stringValue\": \"%s\"}}".formatted(key, text)));
    return "{\"timeUnixNano\": \"%d000000\", \"asInt\": \"%d\", \"attributes\": [%s]}"
        .formatted(System.currentTimeMillis() + milliseconds, value, String.join(", ", pairs));
  }

  /** What is sent today is told, though a month's sum is above its limit for weeks. */
  @Test
  void aStrongerWord_mutesTheWeakerOne_ofTheSameBytesOnly() {
    Map<String, String> thirty = Map.of("window", "30d");
    post(alert(EXCEEDED, "critical", "llama", "acme", thirty));
    post(alert(WARNING, "warning", "llama", "acme", thirty));
    post(alert(WARNING, "warning", "llama", "acme", Map.of("window", "24h")));
    post(alert(WARNING, "warning", "llama", "other", thirty));
    post(alert(WARNING, "warning", "vllm", "acme", thirty));
    assertThat(names(message(PAGER))).containsExactly(EXCEEDED);
    assertThat(names(message(SECURITY, of("llama")))).containsExactly(WARNING, WARNING);
    assertThat(names(message(SECURITY, of("vllm")))).containsExactly(WARNING);
    assertThat(state(WARNING)).containsExactly("active", "active", "active", "suppressed");
  }

  @Test
  void equalNamesOnTwoMachines_areTwoMessages_twoNodesOfAWorkloadAreOne() {
    for (String host : List.of("node-1", "node-2")) {
      Map<String, String> labels = Map.of("host_name", host);
      post(alert("ModelMemoryRead", "critical", "llama", "acme", labels));
      ObjectNode outside = alert("ModelMemoryRead", "critical", "python3", "acme", labels);
      ((ObjectNode) outside.get("labels")).remove("k8s_namespace_name");
      post(outside);
    }
    assertThat(message(PAGER, of("llama")).get("alerts")).hasSize(2);
    for (String host : List.of("node-1", "node-2")) {
      assertThat(message(PAGER, inGroup("host_name", host)).get("alerts")).hasSize(1);
    }
  }

  @Test
  void manySilentAgents_areOneMessage_toThoseWhoRunThemAndToThePager() {
    for (String host : List.of("node-1", "node-2", "node-3")) {
      post(health(SILENT, host));
    }
    assertThat(message(PLATFORM).get("alerts")).hasSize(3);
    assertThat(message(PAGER).get("alerts")).hasSize(3);
    post(health("ModelwardenAgentsAbsent", ""));
    RunningCollector.await("all of them muted", () -> !state(SILENT).contains("active"));
    assertThat(names(message(PAGER, inGroup("alertname", "ModelwardenAgentsAbsent")))).hasSize(1);
    assertThat(receivers.at(SECURITY)).isEmpty();
  }

  @Test
  void whatIsOver_isTold() {
    ObjectNode copy = alert("ModelExecCopy", "critical", "llama", "acme", Map.of());
    post(copy);
    assertThat(message(PAGER).get("status").asText()).isEqualTo("firing");
    post(copy.put("endsAt", Instant.now().toString()));
    JsonNode over = message(PAGER, message -> message.get("status").asText().equals("resolved"));
    assertThat(names(over)).containsExactly("ModelExecCopy");
  }

  private static ObjectNode alert(
      String name, String severity, String workload, String model, Map<String, String> more) {
    Map<String, String> labels = new TreeMap<>(more);
    labels.put("alertname", name);
    labels.put("severity", severity);
    labels.put("k8s_namespace_name", "prod");
    labels.put("modelwarden_workload_kind", "deployment");
    labels.put("modelwarden_workload_name", workload);
    labels.put("modelwarden_model_name", model);
    return JSON.createObjectNode().set("labels", JSON.valueToTree(labels));
  }

  private static ObjectNode health(String name, String host) {
    Map<String, String> labels =
        Map.of("alertname", name, "severity", "critical", "host_name", host);
    return JSON.createObjectNode().set("labels", JSON.valueToTree(labels));
  }

  private void post(ObjectNode alert) {
    ArrayNode alerts = JSON.createArrayNode().add(alert);
    alertmanager.post(alerts.toString());
  }

  /** The only message to a receiver so far, or the first one. */
  private JsonNode message(String receiver) {
    return message(receiver, any -> true);
  }

  private JsonNode message(String receiver, Predicate<JsonNode> which) {
    RunningCollector.await(
        "a message to " + receiver, () -> messages(receiver).stream().anyMatch(which));
    return messages(receiver).stream().filter(which).findFirst().orElseThrow();
  }

  private List<JsonNode> messages(String receiver) {
    return receivers.at(receiver).map(AlertmanagerTest::parsed).toList();
  }

  private static JsonNode parsed(VendorServer.Request request) {
    try {
      return JSON.readTree(request.body());
    } catch (IOException wrong) {
      throw new AssertionError("no JSON", wrong);
    }
  }

  private static Predicate<JsonNode> of(String workload) {
    return inGroup("modelwarden_workload_name", workload);
  }

  private static Predicate<JsonNode> inGroup(String label, String value) {
    return message -> message.at("/groupLabels/" + label).asText().equals(value);
  }

  private static List<String> names(JsonNode message) {
    return message.get("alerts").findValuesAsText("alertname").stream().sorted().toList();
  }

  /** Of all alerts of a name, as Alertmanager sees them. */
  private List<String> state(String name) {
    JsonNode alerts =
        RunningCollector.get(
            "http://" + alertmanager.address() + "/api/v2/alerts?filter=alertname%3D" + name);
    return alerts.findValuesAsText("state").stream().sorted().toList();
  }
}
