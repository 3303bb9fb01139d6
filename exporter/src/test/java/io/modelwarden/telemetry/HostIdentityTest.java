// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostIdentityTest {

  @TempDir Path folder;

  @Test
  void machineIdAndName_areReadFromTheirFiles() throws IOException {
    Path id = Files.writeString(folder.resolve("machine-id"), "4c4c4544\n");
    Path name = Files.writeString(folder.resolve("hostname"), "gpu-7\n");
    assertThat(HostIdentity.detect(id, name, Map.of()))
        .isEqualTo(new HostIdentity("4c4c4544", "gpu-7", null, ""));
  }

  @Test
  void inAPod_theHostHasTheNameOfTheNode() throws IOException {
    Path id = Files.writeString(folder.resolve("machine-id"), "4c4c4544\n");
    Path name = Files.writeString(folder.resolve("hostname"), "modelwarden-x7k2p\n");
    assertThat(HostIdentity.detect(id, name, Map.of("K8S_NODE_NAME", "node-3")))
        .isEqualTo(new HostIdentity("4c4c4544", "node-3", "node-3", ""));
  }

  @Test
  void withoutMachineId_theIdIsStableAndOfTheName() throws IOException {
    Path name = Files.writeString(folder.resolve("hostname"), "gpu-7\n");
    Path empty = Files.writeString(folder.resolve("machine-id"), "\n");
    HostIdentity missing = HostIdentity.detect(folder.resolve("none"), name, Map.of());
    assertThat(missing.id()).isNotEmpty().doesNotContain("gpu");
    assertThat(HostIdentity.detect(empty, name, Map.of())).isEqualTo(missing);
    Path other = Files.writeString(folder.resolve("hostname2"), "gpu-8\n");
    assertThat(HostIdentity.detect(empty, other, Map.of()).id()).isNotEqualTo(missing.id());
  }

  @Test
  void node_isTheInstanceWhereThereIsOne() {
    assertThat(new HostIdentity("1", "gpu-7", "node-3", "").instanceName()).isEqualTo("node-3");
    assertThat(new HostIdentity("1", "gpu-7", null, "").instanceName()).isEqualTo("gpu-7");
  }

  @Test
  void nodeName_isOnEveryWorkload() {
    Resources resources = new Resources(new HostIdentity("1", "gpu-7", "node-3", ""), "0.1");
    assertThat(resources.of(Story.SERVER).getAttribute(AttributeNames.NODE_NAME))
        .isEqualTo("node-3");
    assertThat(resources.of(Story.SERVER)).isSameAs(resources.of(Story.SERVER));
  }
}
