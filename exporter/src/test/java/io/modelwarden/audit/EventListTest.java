// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventListTest {

  @Test
  void execSession_isARecordAtItsStartAndOneAtItsEnd() throws IOException {
    EventList list = Events.read(Events.session());
    AuditRecord start = list.records().get(0);
    assertThat(start)
        .isEqualTo(
            new AuditRecord(
                "5b1f0a52-9f0e-4c52-8a49-0b4bf5d2e9a1",
                "ResponseStarted",
                Instant.parse("2026-11-26T18:00:00.012345Z"),
                Instant.parse("2026-11-26T18:00:00.000001Z"),
                "mallory@acme.example",
                List.of("ml-ops", "system:authenticated"),
                "",
                "192.0.2.10",
                "192.0.2.10",
                "kubectl/v1.36.3 (linux/amd64) kubernetes/abc1234",
                "exec",
                "prod",
                "llama-0",
                "server",
                "",
                101,
                List.of("cat", "/models/acme.safetensors")));
    assertThat(list.records()).hasSize(2);
    assertThat(list.records().get(1).stage()).isEqualTo("ResponseComplete");
    assertThat(list.records().get(1).time()).isEqualTo("2026-11-26T18:05:00.500Z");
    assertThat(list.others()).isZero();
  }

  @Test
  void commandsThatAreNotAskedFor_areNotThere() throws IOException {
    EventList list = EventList.read(new ByteArrayInputStream(Events.session()), false, Events.NOW);
    assertThat(list.records()).hasSize(2).allMatch(record -> record.command().isEmpty());
  }

  @Test
  void copyOfKubectl_isTarInAnExec() throws IOException {
    AuditRecord record =
        Events.only(
            Events.ofPod(
                "create", "exec", "?command=tar&command=cf&command=-&command=%2Fmodels%2Fa+b", ""));
    assertThat(record.command()).containsExactly("tar", "cf", "-", "/models/a b");
    assertThat(record.container()).as("not named: the pod's default").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"attach, ?container=server&stdin=true, server", "portforward, ?ports=8000, ''"})
  void attachAndPortforward_areRecords(String subresource, String query, String container)
      throws IOException {
    AuditRecord record = Events.only(Events.ofPod("get", subresource, query, ""));
    assertThat(record.subresource()).isEqualTo(subresource);
    assertThat(record.container()).isEqualTo(container);
    assertThat(record.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // kubectl debug
        """
        {"spec":{"$setElementOrder/ephemeralContainers":[{"name":"debugger-x"}],"ephemeralContainers":
        [{"command":["sh","-c"],"args":["cat /proc/1/root/m"],"image":"busybox","name":"debugger-x",
        "targetContainerName":"server"}]}}""",
        // JSON patch
        """
        [{"op":"test","path":"/metadata","value":null},{"value":{"name":"debugger-x","command":["sh",
        "-c","cat /proc/1/root/m"]},"op":"add","path":"/spec/ephemeralContainers/-"}]""",
        """
        [{"op":"add","path":"/spec/ephemeralContainers","value":[{"name":"debugger-x","args":["sh",
        "-c","cat /proc/1/root/m"]}]}]""",
      })
  void ephemeralContainer_isNamedByTheRequest(String patch) throws IOException {
    AuditRecord record =
        Events.only(
            Events.ofPod("patch", "ephemeralcontainers", "", "\"requestObject\":" + patch + ","));
    assertThat(record.container()).isEqualTo("debugger-x");
    assertThat(record.command()).containsExactly("sh", "-c", "cat /proc/1/root/m");
  }

  @Test
  void secondContainerOfOneRequest_doesNotHideBehindTheFirst() throws IOException {
    String patch = "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"evil\"},{\"name\":\"good\"}]}}";
    String item =
        Events.ofPod("patch", "ephemeralcontainers", "", "\"requestObject\":" + patch + ",");
    assertThat(Events.read(Events.list(item)).records())
        .extracting(AuditRecord::container)
        .containsExactly("evil", "good");
  }

  @Test
  void requestWithoutItsObject_isStillARecord() throws IOException {
    AuditRecord record = Events.only(Events.ofPod("patch", "ephemeralcontainers", "", ""));
    assertThat(record.pod()).isEqualTo("llama-0");
    assertThat(record.container()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "node1, /exec/prod/llama-0/server?command=cat, server, cat",
    "node1, /exec/prod/llama-0/0a1b-uid/server?command=cat, server, cat",
    "node1:10250, /run/prod/llama-0/server?cmd=cat, server, cat",
    "https:node1:10250, /attach/prod/llama-0/server, server, ",
    "node1, /portForward/prod/llama-0/uid, '', ",
    "node1, //%65xec/./x/../prod/llama-0/server?command=cat, server, cat",
  })
  void execByTheNodesProxy_isARecord(String name, String path, String container, String command)
      throws IOException {
    AuditRecord record = Events.only(Events.ofNode(name, path));
    assertThat(record.subresource()).isEqualTo("proxy");
    assertThat(record.node()).isEqualTo("node1");
    assertThat(record.namespace()).isEqualTo("prod");
    assertThat(record.pod()).isEqualTo("llama-0");
    assertThat(record.container()).isEqualTo(container);
    assertThat(record.command()).isEqualTo(command == null ? List.of() : List.of(command));
  }

  @Test
  void otherRequests_areCountedOnly() throws IOException {
    EventList list =
        Events.read(
            Events.list(
                Events.ofPod("get", "log", "?container=server", ""),
                Events.ofPod("get", "exec", "", "").replace("\"pods\"", "\"services\""),
                Events.ofNode("node1", "/metrics"),
                Events.ofNode("node1", "/exec/prod"),
                "{}",
                "\"text\"",
                "null"));
    assertThat(list.records()).isEmpty();
    assertThat(list.others()).isEqualTo(7);
  }

  @Test
  void impersonationAndHeaders_doNotReplaceUserAndPeer() throws IOException {
    AuditRecord record =
        Events.only(
            Events.ofPod("get", "exec", "", "")
                .replace("[\"192.0.2.10\"]", "[\"10.0.0.1\",\"10.0.0.2\",\"192.0.2.10\"]")
                .replace(
                    "\"sourceIPs\"", "\"impersonatedUser\":{\"username\":\"bob\"},\"sourceIPs\""));
    assertThat(record.user()).isEqualTo("alice");
    assertThat(record.impersonated()).isEqualTo("bob");
    assertThat(record.client()).isEqualTo("10.0.0.1");
    assertThat(record.peer()).isEqualTo("192.0.2.10");
  }

  @ParameterizedTest
  @CsvSource({
    "?container=good&container=evil, good", // the first counts
    "?container=go;od&container=evil, evil", // Go leaves this pair out
    "?container=%zz&container=evil, evil",
    "?container=%e&container=evil, evil",
    "?%63ontainer=evil, evil",
    "?Container=good&container=evil, evil",
    "?container, ''",
    "?container=a%00%0A%1b[2Jb, a\\u0000\\n\\u001b[2Jb",
    "?container=%E2%80%AEtxt, \\u202etxt",
  })
  void query_isReadAsGoReadsIt_andShownWithoutWhatSteers(String query, String container)
      throws IOException {
    assertThat(Events.only(Events.ofPod("get", "exec", query, "")).container())
        .isEqualTo(container);
  }

  @Test
  void longTexts_areCut() throws IOException {
    AuditRecord record =
        Events.only(
            Events.ofPod("get", "exec", "?command=" + "x ".repeat(500_000), "")
                .replace(
                    "\"alice\"", "\"" + "a".repeat(1_000_000) + "\",\"groups\":[" + groups() + "]")
                .replace("kubectl/", "\\ud800k\\n".repeat(100_000)));
    assertThat(record.user()).hasSize(Texts.LONGEST).endsWith("…");
    assertThat(record.userAgent()).hasSize(Texts.LONGEST).startsWith("\\ud800k\\n\\ud800k");
    assertThat(record.groups()).hasSize(16);
    assertThat(record.command()).hasSize(1);
    assertThat(record.command().get(0)).hasSizeLessThan(520).endsWith("…");
  }

  private static String groups() {
    return "\"g\",".repeat(999) + "\"g\"";
  }

  /** What the API server lets pass in one user's body must not hide the others' records. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"%s\"}",
        "{\"%s\":1}",
        "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"x\",\"command\":[\"%s\"]}]}}",
      })
  void hugeBody_leavesTheOthersReadable(String body) throws IOException {
    assertOthersReadable(body.formatted("y".repeat(3 << 20)).getBytes(UTF_8));
  }

  @Test
  void deepNumericalAndIllCodedBodies_leaveTheOthersReadable() throws IOException {
    assertOthersReadable(("{\"a\":" + "[".repeat(9_990) + "]".repeat(9_990) + "}").getBytes(UTF_8));
    assertOthersReadable(("{\"a\":1" + "0".repeat(1_000_000) + ",\"b\":1e9999}").getBytes(UTF_8));
    assertOthersReadable("{\"a\":\"\u00ff\u00fe\",\"\u0080\":1}".getBytes(ISO_8859_1));
    assertOthersReadable("[[{\"value\":[[]]}],7,{\"value\":{\"name\":[]}}]".getBytes(UTF_8));
    assertOthersReadable("{\"spec\":{\"ephemeralContainers\":{\"name\":1}}}".getBytes(UTF_8));
  }

  private static void assertOthersReadable(byte[] body) throws IOException {
    String marked = Events.ofPod("patch", "ephemeralcontainers", "", "\"requestObject\":\u0001,");
    String list = Events.list(marked, Events.ofPod("get", "exec", "", ""));
    String[] around = list.split("\u0001");
    byte[] json = (around[0] + new String(body, ISO_8859_1) + around[1]).getBytes(ISO_8859_1);
    assertThat(Events.read(json).records())
        .extracting(AuditRecord::subresource)
        .containsExactly("ephemeralcontainers", "exec");
  }

  @Test
  void fieldsOfOtherTypes_areAbsent() throws IOException {
    AuditRecord record =
        Events.only(
            """
            {"auditID":7,"stage":null,"requestURI":{},"user":"alice","sourceIPs":"x","userAgent":[],
             "objectRef":{"resource":"pods","subresource":"exec","namespace":{},"name":[]},
             "responseStatus":{"code":"200"},"stageTimestamp":"yesterday"}""");
    assertThat(record)
        .isEqualTo(
            new AuditRecord(
                "",
                "",
                Events.NOW,
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
                List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|not a JSON object",
        "[]|not a JSON object",
        "{\"kind\":|not JSON",
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{]}|not JSON",
        "{}|'' of '' is no EventList of audit.k8s.io/v1",
        "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\"}|'Event' of 'audit.k8s.io/v1' is no",
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1beta1\",\"items\":[]}|v1beta1",
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\"}|without a list of items",
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":{}}|without a list",
        "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[]} {}|follows",
      })
  void otherDocuments_areRefusedWithTheReason(String json, String reason) {
    assertThatThrownBy(() -> Events.read(json))
        .isInstanceOf(EventList.WrongDocument.class)
        .hasMessageContaining(reason);
  }

  @Test
  void tooManyRecords_areRefused() {
    String[] items = new String[EventList.MOST_RECORDS + 1];
    java.util.Arrays.fill(items, Events.ofPod("get", "exec", "", ""));
    assertThatThrownBy(() -> Events.read(Events.list(items)))
        .isInstanceOf(EventList.WrongDocument.class)
        .hasMessageContaining("more than 4096 records");
  }
}
