// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelwarden.audit.Certificates;
import io.modelwarden.system.Programs;
import io.modelwarden.system.RunningCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real API server tells the receiver of the chart who entered a pod. */
@Tag("cluster")
class AuditTest {

  private static final String RECEIVER = "10.96.0.60";
  private static final String NAMESPACE = "audited";
  private static final String VALUES =
      """
      audit:
        enabled: true
        tlsSecret: audit-tls
        clientCaSecret: audit-client-ca
        commands: true
        clusterIP: %s
      """
          .formatted(RECEIVER);

  @TempDir static Path folder;
  @AutoClose private static InstalledChart chart;
  @AutoClose private static ModelServers servers;
  private static String pod;

  @BeforeAll
  static void install() throws IOException {
    Cluster.start();
    InstalledChart.makeNamespace();
    Certificates made = new Certificates(folder, RECEIVER);
    made.authority("ca");
    made.signed("tls", "ca", "ecparam -name prime256v1 -genkey -noout");
    made.signed("client", "ca", "genrsa 2048");
    secret("audit-tls", "tls", "--cert=" + made.file("tls.crt"), "--key=" + made.file("tls.key"));
    secret("audit-client-ca", "generic", "--from-file=ca.crt=" + made.file("ca.crt"));
    chart = new InstalledChart(folder, ", kubernetes: {cluster-name: test}", VALUES);
    Path webhook = folder.resolve("webhook.yaml");
    Files.writeString(
        webhook,
        Files.readString(example("kubernetes-audit-webhook.yaml"))
            .replace("modelwarden-audit.example", RECEIVER)
            .replace("/etc/kubernetes/modelwarden-audit", folder.toString()));
    Cluster.audit(example("kubernetes-audit-policy.yaml"), webhook);
    servers = new ModelServers(NAMESPACE, folder);
    servers.model("served.safetensors", 5_000_001);
    pod = servers.serve("llm", "served.safetensors");
  }

  @AfterAll
  static void remove() {
    Cluster.noAudit();
  }

  @Test
  void kubectlExec_isToldWithUserAddressAndCommandBesideWhatItRead() {
    servers.exec(pod, "TOKEN=hunter2 cat /models/served.safetensors >/dev/null");
    RunningCollector.await(
        "start and end of the session",
        () -> events("exec").stream().map(Event::stage).toList().contains("ResponseComplete"));
    List<Event> events = events("exec");
    assertThat(events)
        .extracting(Event::stage)
        .containsExactlyInAnyOrder("ResponseStarted", "ResponseComplete");
    assertThat(events)
        .extracting(event -> event.of("modelwarden.audit.id"))
        .containsOnly(events.get(0).of("modelwarden.audit.id"));
    for (Event event : events) {
      assertThat(event.resource())
          .isEqualTo(
              Map.of(
                  "k8s.cluster.name",
                  "test",
                  "k8s.namespace.name",
                  NAMESPACE,
                  "k8s.pod.name",
                  pod,
                  "k8s.container.name",
                  "server"));
      assertThat(event.of("user.name")).isEqualTo("admin");
      assertThat(event.of("modelwarden.audit.user.groups")).contains("system:masters");
      assertThat(event.of("network.peer.address")).isEqualTo("10.250.0.1");
      assertThat(event.of("user_agent.original")).startsWith("kubectl/");
      assertThat(event.of("http.response.status_code")).isEqualTo("101");
      assertThat(event.of("process.command_args"))
          .contains("TOKEN=*** cat /models/served.safetensors")
          .doesNotContain("hunter2");
    }
    RunningCollector.await(
        "the read beside it",
        () ->
            log().stream()
                .anyMatch(
                    event ->
                        event.name().equals("modelwarden.file.access")
                            && pod.equals(event.resource().get("k8s.pod.name"))
                            && "exec".equals(event.of("modelwarden.process.origin"))));
  }

  /** YAML is no JSON: at level Request the API server would drop this event. */
  @Test
  void ephemeralContainerByYaml_isTold() throws IOException {
    Path patch = folder.resolve("patch.yaml");
    Files.writeString(
        patch,
        """
        # no JSON
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
        spec:
          ephemeralContainers:
            - name: thief
              image: docker.io/local/acts:test
              imagePullPolicy: Never
              command: [sleep, "1"]
        """
            .formatted(pod));
    Cluster.patchByYaml(
        "/api/v1/namespaces/%s/pods/%s/ephemeralcontainers?fieldManager=thief&force=true"
            .formatted(NAMESPACE, pod),
        patch);
    RunningCollector.await("the event", () -> !events("ephemeralcontainers").isEmpty());
    assertThat(events("ephemeralcontainers"))
        .allSatisfy(
            event -> {
              assertThat(event.of("user.name")).isEqualTo("admin");
              assertThat(event.of("http.response.status_code")).isEqualTo("200");
            });
  }

  @Test
  void execByTheNodesProxy_isTold() {
    Cluster.kubectl(
        "create",
        "--raw=/api/v1/nodes/node1/proxy/run/%s/%s/server?cmd=id".formatted(NAMESPACE, pod),
        "-f",
        "/dev/null");
    RunningCollector.await("the event", () -> !events("proxy").isEmpty());
    assertThat(events("proxy"))
        .allSatisfy(
            event -> {
              assertThat(event.resource())
                  .containsEntry("k8s.pod.name", pod)
                  .containsEntry("k8s.container.name", "server")
                  .containsEntry("k8s.node.name", "node1");
              assertThat(event.of("process.command_args")).contains("id");
            });
  }

  private static void secret(String name, String type, String... arguments) {
    String namespace = "--namespace=" + InstalledChart.NAMESPACE;
    Cluster.kubectl("delete", "secret", name, namespace, "--ignore-not-found");
    List<String> command = new ArrayList<>(List.of("create", "secret", type, name));
    command.add(namespace);
    command.addAll(List.of(arguments));
    Cluster.kubectl(command.toArray(String[]::new));
  }

  private static Path example(String name) {
    return Programs.REPOSITORY.resolve("docs/examples").resolve(name);
  }

  private static List<Event> events(String subresource) {
    return log().stream()
        .filter(event -> event.name().equals("modelwarden.audit.exec"))
        .filter(event -> event.of("modelwarden.audit.subresource").equals(subresource))
        .filter(event -> pod.equals(event.resource().get("k8s.pod.name")))
        .toList();
  }

  private static List<Event> log() {
    return chart.lines("logs.jsonl").stream()
        .flatMap(request -> stream(request.get("resourceLogs")))
        .flatMap(
            one -> {
              Map<String, String> resource = texts(one.get("resource").get("attributes"));
              return stream(one.get("scopeLogs"))
                  .flatMap(scope -> stream(scope.get("logRecords")))
                  .map(
                      record ->
                          new Event(
                              record.path("eventName").asText(),
                              resource,
                              texts(record.get("attributes"))));
            })
        .toList();
  }

  private static Map<String, String> texts(JsonNode attributes) {
    Map<String, String> texts = new TreeMap<>();
    for (JsonNode one : attributes) {
      JsonNode value = one.get("value");
      JsonNode plain = value.elements().next();
      texts.put(one.get("key").asText(), plain.isValueNode() ? plain.asText() : plain.toString());
    }
    return texts;
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private record Event(String name, Map<String, String> resource, Map<String, String> attributes) {

    String of(String key) {
      return attributes.getOrDefault(key, "");
    }

    String stage() {
      return of("modelwarden.audit.stage");
    }
  }
}
