// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is committed is what is rendered; PolicyFiles makes it again. */
class RenderedPolicyTest {

  private static final Path REPOSITORY =
      Path.of(System.getProperty("modelwarden.repository", ".."));

  @Test
  void committedFiles_areTheOnesTheCodeRenders() throws IOException {
    for (PolicyFiles.Rendered file : PolicyFiles.all(REPOSITORY)) {
      assertThat(Files.readString(file.path(), UTF_8))
          .as(file.path() + ": make it again: make docs, and look at the difference")
          .isEqualTo(file.text());
    }
  }

  @Test
  void theExample_usesEveryFieldAndEveryScope() throws IOException {
    String example = Files.readString(PolicyFiles.example(REPOSITORY));
    assertThat(example)
        .contains(
            "host: true",
            "namespace:",
            "origins:",
            "models:",
            "ports:",
            "same-container:",
            "bytes-a-day:",
            "executables:",
            "paths:",
            "cidrs:",
            "methods:",
            "targets:");
    assertThat(example).contains(Facts.LEAVING);
    assertThat(example).contains(List.of("read:", "egress:", "memory:", "reload:"));
  }
}
