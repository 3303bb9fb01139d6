// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelNamesTest {

  @ParameterizedTest
  @CsvSource({
    "/root/.cache/huggingface/hub/models--meta--llama-3/blobs/0123abcd, meta/llama-3",
    "/hub/models--meta--llama-3/snapshots/abc/model-00001-of-00192.safetensors, meta/llama-3",
    "/models/bert/1/model.onnx, bert",
    "/models/bert/1/model.plan, bert",
    "/srv/llama-70b/model-00001-of-00192.safetensors, llama-70b",
    "/srv/llama-70b/consolidated.00.pth, consolidated.00",
    "/srv/mistral.gguf, mistral",
    "/srv/acme-7b/model.safetensors, acme-7b",
    "/mnt/models/model.safetensors, vllm",
    "/0123456789abcdef0123, vllm",
    "/usr/share/ollama/blobs/sha256-6a0746a1ec1aef3e7ec53868f220ff6e, ollama-6a0746a1ec1a"
  })
  void name_isTheSetThatAPersonMeans(String path, String name) {
    assertThat(new ModelNames(Map.of()).nameOf(path, "vllm")).isEqualTo(name);
  }

  @Test
  void configuredName_winsAndHasTheFirstWord() {
    ModelNames names = new ModelNames(Map.of("/srv/*/model*.safetensors", "crown"));
    assertThat(names.nameOf("/srv/a/model-1.safetensors", "w")).isEqualTo("crown");
    assertThat(names.nameOf("/srv/a/b/model-1.safetensors", "w")).isNotEqualTo("crown");
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/models, /srv/models/a/b.bin, true",
    "/srv/models, /srv/models2/a, false",
    "/srv/*.gguf, /srv/a.gguf, true",
    "/srv/*.gguf, /srv/a/b.gguf, false",
    "/srv/**/w?, /srv/a/b/w1, true",
    "/srv/(a|b)+[c], '/srv/(a|b)+[c]', true",
    "/srv/(a|b)+[c], /srv/a, false"
  })
  void pattern_matchesAsItSays(String pattern, String path, boolean matches) {
    assertThat(PathPattern.of(pattern).matches(path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({"/srv/models, /srv/models", "/srv/a*/b, /srv", "/*.pt, /", "/srv/m/*.pt, /srv/m"})
  void fixedFolder_isInFrontOfTheFirstWildcard(String pattern, String folder) {
    assertThat(PathPattern.of(pattern).fixedFolder()).isEqualTo(folder);
  }
}
