// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.nio.file.Path;
import java.util.List;

/** What people allow. Everything else that a lane looks at is a finding. */
public record Manifest(
    List<AccessRule> read,
    List<EgressRule> egress,
    List<MemoryRule> memory,
    List<AccessRule> reload) {

  /**
   * @throws io.modelwarden.config.ConfigurationException at the first thing that is wrong
   */
  public static Manifest load(Path file) {
    return new ManifestFile().read(file);
  }

  /** In one line. */
  public String summary() {
    return "%d rules: %d read, %d egress, %d memory, %d reload"
        .formatted(
            read.size() + egress.size() + memory.size() + reload.size(),
            read.size(),
            egress.size(),
            memory.size(),
            reload.size());
  }
}
