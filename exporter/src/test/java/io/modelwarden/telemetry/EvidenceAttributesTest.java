// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.Facts;
import io.modelwarden.session.Evidence.SessionFacts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EvidenceAttributesTest {

  private static final Map<String, Object> ALWAYS =
      Map.ofEntries(
          entry("modelwarden.model.name", "meta/llama"),
          entry("modelwarden.model.size", 14_000_000_000L),
          entry("process.pid", 4242L),
          entry("process.creation.time", "2026-01-02T03:04:05Z"),
          entry("process.executable.name", "python3"),
          entry("process.executable.path", "/usr/bin/python3"),
          entry("process.parent_pid", 1L),
          entry("process.user.id", 4_294_967_294L),
          entry("container.id", Story.CONTAINER_ID),
          entry("modelwarden.process.origin", "entrypoint"),
          entry("modelwarden.container.phase", "serving"));
  private static final Map<String, Object> HOLDING =
      Map.of(
          "modelwarden.process.model_data.size",
          13_000_000_000L,
          "modelwarden.process.model_data.age",
          2.5,
          "modelwarden.process.model_data.files",
          3L,
          "modelwarden.process.model_data.via",
          "parent");
  private static final Map<String, Object> FILE =
      Map.of(
          "file.path", "/models/llama/1.safetensors",
          "file.size", 5_000_000_000L,
          "file.inode", "18446744073709551615");

  @Test
  void sessionRoot_hasProcessAndModelOnly() {
    assertThat(attributesOf(new SessionFacts())).containsExactlyInAnyOrderEntriesOf(ALWAYS);
  }

  @Test
  void sessionOfSeveralModels_namesNone() {
    Evidence one = Story.evidence(new SessionFacts());
    Evidence several =
        new Evidence(
            one.identity(),
            null,
            List.of(),
            one.startEpochNanos(),
            one.endEpochNanos(),
            one.workload(),
            one.process(),
            one.phase(),
            null,
            one.facts());
    assertThat(named(several))
        .doesNotContainKeys("modelwarden.model.name", "modelwarden.model.size")
        .containsEntry("process.pid", 4242L);
  }

  @Test
  void read_hasSliceAndTotal() {
    assertThat(attributesOf(Story.file(Action.READ)))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                FILE,
                Map.of(
                    "modelwarden.operation.name",
                    "read",
                    "modelwarden.file.read.size",
                    4096L,
                    "modelwarden.file.read.coverage",
                    0.25,
                    "modelwarden.read.total",
                    8192L)));
  }

  @Test
  void mmap_hasMappedSizeButNoReadSize() {
    assertThat(attributesOf(Story.file(Action.MMAP)))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                FILE,
                Map.of(
                    "modelwarden.operation.name",
                    "mmap",
                    "modelwarden.file.mapped.size",
                    4096L,
                    "modelwarden.file.read.coverage",
                    0.25,
                    "modelwarden.read.total",
                    8192L)));
  }

  @Test
  void write_hasWriteSizeAndNoReadTotal() {
    assertThat(attributesOf(Story.file(Action.WRITE)))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                FILE,
                Map.of(
                    "modelwarden.operation.name", "write", "modelwarden.file.write.size", 4096L)));
  }

  @Test
  void initiatedEgress_hasPeerWithPort() {
    assertThat(attributesOf(Story.egress(Role.INITIATED, Transport.TCP)))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                HOLDING,
                Map.of(
                    "modelwarden.operation.name", "egress",
                    "file.path", "/models/llama/1.safetensors",
                    "network.peer.address", "203.0.113.9",
                    "network.peer.port", 443L,
                    "network.transport", "tcp",
                    "network.type", "ipv4",
                    "modelwarden.network.role", "initiated",
                    "modelwarden.network.peer.scope", "public",
                    "modelwarden.network.transmit.size", 1_000_000L,
                    "modelwarden.transmit.total", 12_000_000_000L)));
  }

  @Test
  void acceptedOrUnknownEgress_hasNoPort() {
    assertThat(attributesOf(Story.egress(Role.ACCEPTED, Transport.TCP)))
        .containsEntry("modelwarden.network.role", "accepted")
        .containsEntry("network.peer.address", "203.0.113.9")
        .doesNotContainKey("network.peer.port");
    assertThat(attributesOf(Story.egress(Role.UNKNOWN, Transport.UDP)))
        .containsEntry("modelwarden.network.role", "unknown")
        .doesNotContainKey("network.peer.port");
  }

  @Test
  void unixEgress_hasNeitherAddressNorType() {
    assertThat(attributesOf(Story.egress(Role.INITIATED, Transport.UNIX)))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                HOLDING,
                Map.of(
                    "modelwarden.operation.name", "egress",
                    "file.path", "/models/llama/1.safetensors",
                    "network.transport", "unix",
                    "modelwarden.network.role", "initiated",
                    "modelwarden.network.peer.scope", "local",
                    "modelwarden.network.transmit.size", 1_000_000L,
                    "modelwarden.transmit.total", 12_000_000_000L)));
  }

  @Test
  void pipeEgress_hasTheScopeOfTheSessionsOutput() {
    assertThat(attributesOf(Story.egress(Role.UNKNOWN, Transport.PIPE)))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                HOLDING,
                Map.of(
                    "modelwarden.operation.name", "egress",
                    "file.path", "/models/llama/1.safetensors",
                    "network.transport", "pipe",
                    "modelwarden.network.role", "unknown",
                    "modelwarden.network.peer.scope", "exec_stdio",
                    "modelwarden.network.transmit.size", 1_000_000L,
                    "modelwarden.transmit.total", 12_000_000_000L)));
  }

  @Test
  void memoryRead_namesReaderAndTarget() {
    assertThat(attributesOf(Story.memory()))
        .containsExactlyInAnyOrderEntriesOf(
            all(
                HOLDING,
                Map.of(
                    "modelwarden.operation.name",
                    "read_memory",
                    "modelwarden.memory.read.method",
                    "process_vm_readv",
                    "modelwarden.memory.read.size",
                    65_536L,
                    "modelwarden.memory.read.total",
                    131_072L,
                    "modelwarden.memory.target.process.pid",
                    99L,
                    "modelwarden.memory.target.executable.name",
                    "vllm",
                    "modelwarden.memory.target.holds_model",
                    true,
                    "modelwarden.memory.target.same_container",
                    false)));
  }

  @Test
  void allowedExecutables_areOnEverySpanOfTheNamespace_andNeverEmpty() {
    Evidence read = Story.evidence(Story.file(Action.READ));
    assertThat(
            EvidenceAttributes.of(read, "^/usr/bin/vllm$").get(AttributeNames.ALLOWED_EXECUTABLES))
        .isEqualTo("^/usr/bin/vllm$");
    assertThat(EvidenceAttributes.of(read, "").asMap())
        .doesNotContainKey(AttributeNames.ALLOWED_EXECUTABLES);
  }

  private static Map<String, Object> all(Map<String, Object> one, Map<String, Object> other) {
    Map<String, Object> all = new TreeMap<>(ALWAYS);
    all.putAll(one);
    all.putAll(other);
    return all;
  }

  private static Map<String, Object> attributesOf(Facts facts) {
    return named(Story.evidence(facts));
  }

  private static Map<String, Object> named(Evidence evidence) {
    Map<String, Object> named = new TreeMap<>();
    EvidenceAttributes.of(evidence, "").forEach((key, value) -> named.put(key.getKey(), value));
    return named;
  }
}
