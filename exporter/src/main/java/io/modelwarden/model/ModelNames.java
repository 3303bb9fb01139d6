// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which model a person means by a file: the set that it belongs to. */
public final class ModelNames {

  private static final Pattern HUGGING_FACE =
      Pattern.compile(".*/models--([^/]+)/.+", Pattern.DOTALL);
  private static final Pattern OLLAMA =
      Pattern.compile(".*/blobs/sha256-([0-9a-f]{12})[0-9a-f]*", Pattern.DOTALL);
  private static final Pattern NUMBERED_SHARD =
      Pattern.compile("(.*?)[-_.]?\\d+[-_]of[-_]\\d+\\.[^.]+", Pattern.DOTALL);
  private static final Pattern OTHER_SHARD =
      Pattern.compile(
          ".*\\.index\\.json|.*\\.distcp|.*(rank|shard|part)[-_.]?\\d+(_model_states)?\\.[^.]+",
          Pattern.DOTALL);
  private static final Pattern SAYS_NOTHING =
      Pattern.compile(
          "(?i)(models?|weights?|checkpoints?|ckpt|epoch|step|consolidated)?[-_.]?\\d*"
              + "|snapshots?|blobs?|data|main|latest|cache|hub|files|workspace|app"
              + "|mnt|tmp|var|lib|srv|opt|home|root|usr|share|local"
              + "|(diffusion_)?pytorch_model|adapter_model|tf_model|flax_model|ggml-model.*"
              + "|[0-9a-f]{16,}|v\\d+");

  private final Map<PathPattern, String> configured = new LinkedHashMap<>();

  /**
   * @param names pattern of path to name; the first that fits wins
   */
  public ModelNames(Map<String, String> names) {
    names.forEach((pattern, name) -> configured.put(PathPattern.of(pattern), name));
  }

  /**
   * The name of the set.
   *
   * @param path as a reader sees the file
   * @param fallback for paths that say nothing: the workload's name
   */
  public String nameOf(String path, String fallback) {
    for (Map.Entry<PathPattern, String> entry : configured.entrySet()) {
      if (entry.getKey().matches(path)) {
        return entry.getValue();
      }
    }
    Matcher huggingFace = HUGGING_FACE.matcher(path);
    if (huggingFace.matches()) {
      return huggingFace.group(1).replaceFirst("--", "/");
    }
    Matcher ollama = OLLAMA.matcher(path);
    return ollama.matches() ? "ollama-" + ollama.group(1) : fromFolders(path, fallback);
  }

  private static String fromFolders(String path, String fallback) {
    String[] parts = path.split("/");
    int last = parts.length - 1;
    if (last < 0) {
      return fallback;
    }
    Matcher shard = NUMBERED_SHARD.matcher(parts[last]);
    boolean numbered = shard.matches();
    boolean isShard = numbered || OTHER_SHARD.matcher(parts[last]).matches();
    if (!isShard && saysSomething(withoutSuffix(parts[last]))) {
      return withoutSuffix(parts[last]);
    }
    for (int i = last - 1; i > 0; i--) {
      if (saysSomething(parts[i])) {
        return parts[i];
      }
    }
    // Shards of several models in one folder without a name are not one model.
    return numbered && saysSomething(shard.group(1)) ? shard.group(1) : fallback;
  }

  private static boolean saysSomething(String name) {
    return !SAYS_NOTHING.matcher(name).matches();
  }

  private static String withoutSuffix(String name) {
    String file = ModelFormat.withoutData(name);
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }
}
