// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The shape of the document is public: what is here may be added to, and not renamed. */
class SnapshotJsonTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void theShape_isThatOfTheRecords() throws IOException {
    JsonNode document =
        JSON.readTree(
            SnapshotJson.write(
                Snapshots.of(Map.of("ring_full", 3L), Snapshots.theft().readers().get(1))));
    assertThat(document)
        .isEqualTo(
            JSON.readTree(
                """
                {
                  "schema": 1,
                  "time": "2026-11-24T10:00:00Z",
                  "agent": {
                    "version": "0.1.0", "host": "node-1", "pid": 77, "uptimeSeconds": 8000.0,
                    "probes": 13, "probesAttached": 13, "processesArmed": 41, "processesHolding": 3,
                    "losses": {"ring_full": 3}
                  },
                  "readers": [{
                    "pid": 31337, "executable": "python3", "executablePath": "/usr/bin/python3",
                    "userId": 1001, "workload": {"kind": "deployment", "name": "vllm", "namespace": "llm",
                      "pod": "vllm-6d5f-x2v", "container": "server",
                      "containerId": "0123456789ab"},
                    "origin": "exec", "ended": false, "idleSeconds": 0.2,
                    "sent": {"bytes": 59000000, "bytesPerSecond": 2000000, "peer": "2001:db8::10",
                      "port": 4433, "scope": "public"},
                    "readings": [{
                      "model": {"name": "acme-7b", "format": "safetensors", "sizeBytes": 200000000},
                      "file": "/srv/models/acme-7b/model.safetensors", "fileSizeBytes": 200000000,
                      "bytes": 60000000, "share": 0.3, "bytesPerSecond": 2500000
                    }]
                  }],
                  "readersLeftOut": 0,
                  "endedForgotten": 0
                }
                """));
  }

  @Test
  void anUnknownShare_isLeftOut() throws IOException {
    Snapshot snapshot = Snapshots.of(Map.of(), Snapshots.uncounted());
    JsonNode reading = JSON.readTree(SnapshotJson.write(snapshot)).at("/readers/0/readings/0");
    assertThat(reading.has("bytes")).isTrue();
    assertThat(reading.has("share")).isFalse();
  }

  @Test
  void whatIsWritten_isRead() throws IOException {
    for (Snapshot snapshot :
        new Snapshot[] {Snapshots.theft(), Snapshots.of(Map.of(), Snapshots.uncounted())}) {
      assertThat(SnapshotJson.read(SnapshotJson.write(snapshot))).isEqualTo(snapshot);
    }
  }

  @Test
  void anotherDocument_isRefused() {
    for (String other :
        new String[] {"", "[]", "hello", "{\"schema\": \"x\"}", "{}", "{\"schema\": 2}"}) {
      assertThatThrownBy(() -> SnapshotJson.read(other.getBytes(UTF_8)))
          .isInstanceOf(IOException.class);
    }
  }
}
