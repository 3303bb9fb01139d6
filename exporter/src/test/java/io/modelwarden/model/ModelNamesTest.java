// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelNamesTest {

  private static final String HASH =
      "9f2c1d0e5b6a79887766554433221100ffeeddccbbaa00112233445566778899";

  private final ModelNames names = new ModelNames(Map.of());

  @ParameterizedTest
  @CsvSource({
    // Hugging Face: the link and the blob that it leads to are of one set
    "/root/.cache/huggingface/hub/models--meta-llama--Llama-3-8B/snapshots/1f2e/model-00001-of-00004.safetensors, meta-llama/Llama-3-8B",
    "/root/.cache/huggingface/hub/models--meta-llama--Llama-3-8B/blobs/HASH, meta-llama/Llama-3-8B",
    "/data/models--gpt2/snapshots/1f2e/model.safetensors, gpt2",
    // Triton: NAME/VERSION/file
    "/models/resnet/1/model.onnx, resnet",
    "/models/resnet/12/model.plan, resnet",
    // Ollama
    "/usr/share/ollama/.ollama/models/blobs/sha256-HASH, ollama-9f2c1d0e5b6a",
    // shards and their folder
    "/srv/mixtral/model-00001-of-00192.safetensors, mixtral",
    "/srv/mixtral/model-00192-of-00192.safetensors, mixtral",
    "/srv/mixtral/model.safetensors.index.json, mixtral",
    "/srv/llama-7b/consolidated.00.pth, llama-7b",
    "/srv/llama-7b/consolidated.01.pth, llama-7b",
    "/srv/run/__3_0.distcp, run",
    "/srv/run/mp_rank_07_model_states.pt, run",
    "/srv/models/llama-q4-00001-of-00003.gguf, llama-q4",
    "/srv/models/mistral-00001-of-00003.gguf, mistral",
    // one file
    "/srv/models/llama-2-7b.Q4_K_M.gguf, llama-2-7b.Q4_K_M",
    "/srv/zoo/resnet_50.pth, resnet_50",
    "/srv/zoo/resnet_101.pth, resnet_101",
    // a graph and its weights beside it
    "/srv/zoo/phi.onnx, phi",
    "/srv/zoo/phi.onnx_data, phi",
    "/srv/zoo/phi.onnx.data, phi",
    "/srv/mistral/model.onnx_data, mistral",
    "/srv/mistral/model.onnx.data, mistral",
    // names that say nothing
    "/srv/mistral/model.safetensors, mistral",
    "/srv/mistral/pytorch_model.bin, mistral",
    "/srv/mistral/v2/model_3.pt, mistral",
    "/srv/lora-french/adapter_model.safetensors, lora-french",
    "/srv/mistral/HASH, mistral",
    "/mnt/models/model.safetensors, workload",
    "/model.onnx, workload",
    "/0123456789abcdef0123, workload",
    "/1/2/3, workload",
    "model.onnx, workload",
    "llama.gguf, llama",
    "/.gguf, .gguf",
    "/, workload",
    "'', workload",
  })
  void name_isTheSetThatAPersonMeans(String path, String name) {
    assertThat(names.nameOf(path.replace("HASH", HASH), "workload")).isEqualTo(name);
  }

  @Test
  void shardsOfOneFolder_areOneModel() {
    assertThat(
            IntStream.rangeClosed(1, 192)
                .mapToObj("/srv/deepseek/model-%05d-of-00192.safetensors"::formatted)
                .map(path -> names.nameOf(path, "workload"))
                .distinct())
        .containsExactly("deepseek");
  }

  @Test
  void configuredName_wins_firstFitFirst() {
    Map<String, String> configured = new LinkedHashMap<>();
    configured.put("/srv/*/secret.gguf", "secret");
    configured.put("/srv/**", "all");
    ModelNames own = new ModelNames(configured);
    assertThat(own.nameOf("/srv/a/secret.gguf", "workload")).isEqualTo("secret");
    assertThat(own.nameOf("/srv/a/b/secret.gguf", "workload")).isEqualTo("all");
    assertThat(own.nameOf("/srv/models--a--b/blobs/1", "workload")).isEqualTo("all");
    assertThat(own.nameOf("/mnt/x.gguf", "workload")).isEqualTo("x");
  }

  @Test
  void longNames_areKeptAndNeverFail() {
    String longest = "m".repeat(250) + ".gguf";
    assertThat(names.nameOf("/srv/" + longest, "workload")).isEqualTo("m".repeat(250));
    assertThat(names.nameOf("/x".repeat(2048) + "/model.onnx", "workload")).isEqualTo("x");
    String hostile = "/srv/zoo/" + "1-of-".repeat(50);
    assertThat(names.nameOf(hostile + "1.gguf", "workload")).isEqualTo("zoo");
    assertThat(names.nameOf(hostile + "x.gguf", "workload")).endsWith("1-of-x");
  }
}
