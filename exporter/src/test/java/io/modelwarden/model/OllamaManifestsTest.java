// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OllamaManifestsTest {

  private static final String DIGEST = "0123456789abcdef".repeat(4);
  private static final String BLOB = "/usr/share/ollama/models/blobs/sha256-" + DIGEST;

  @TempDir Path root;

  @Test
  void aModelOfTheLibrary_hasItsNameAndTag() throws IOException {
    manifest("registry.ollama.ai/library/mistral/7b", "f".repeat(64));
    manifest("registry.ollama.ai/library/llama3/8b", DIGEST);
    assertThat(OllamaManifests.nameOf(root, BLOB)).contains("llama3:8b");
  }

  @Test
  void aModelOfSomebodyElse_hasTheirSpaceToo() throws IOException {
    manifest("hub.example/acme/secret/latest", DIGEST);
    assertThat(OllamaManifests.nameOf(root, BLOB)).contains("acme/secret:latest");
  }

  @Test
  void linksLargeFilesAndOtherDepths_areNotFollowedNorRead() throws IOException {
    Path elsewhere = manifest("elsewhere/else/where/x", DIGEST);
    Path folder = root.resolve("usr/share/ollama/models/manifests/host/library/llama3");
    Files.createDirectories(folder);
    Files.createSymbolicLink(folder.resolve("8b"), elsewhere);
    Files.writeString(folder.resolve("large"), " ".repeat(70_000) + "sha256:" + DIGEST);
    Files.delete(elsewhere);
    manifest("too/shallow", DIGEST);
    assertThat(OllamaManifests.nameOf(root, BLOB)).isEmpty();
  }

  @Test
  void otherPathsAndMissingManifests_sayNothing() {
    assertThat(OllamaManifests.nameOf(root, BLOB)).isEmpty();
    assertThat(OllamaManifests.nameOf(root, "/srv/models/llama.gguf")).isEmpty();
  }

  private Path manifest(String name, String digest) throws IOException {
    Path file = root.resolve("usr/share/ollama/models/manifests").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "{\"layers\":[{\"digest\":\"sha256:" + digest + "\"}]}");
  }
}
