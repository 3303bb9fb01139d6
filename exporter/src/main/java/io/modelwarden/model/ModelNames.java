// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which model a person means by a file: the set that it belongs to. */
public final class ModelNames {

  private static final Pattern HUGGING_FACE = Pattern.compile(".*/models--([^/]+?)--([^/]+)/.+");
  private static final Pattern OLLAMA = Pattern.compile(".*/blobs/sha256-([0-9a-f]{12})[0-9a-f]*");
  private static final Pattern SHARD =
      Pattern.compile(
          ".*[-_.]\\d+[-_]of[-_]\\d+\\.[^.]+|.*\\.index\\.json|.*_\\d+\\.(pt|pth|distcp)");
  private static final Pattern SAYS_NOTHING =
      Pattern.compile(
          "(?i)models?|weights?|checkpoints?|snapshots?|blobs?|data|main|mnt|tmp|var|srv|opt|home|pytorch_model|consolidated|adapter_model|\\d+|[0-9a-f]{16,}|");

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
      return huggingFace.group(1) + "/" + huggingFace.group(2);
    }
    Matcher ollama = OLLAMA.matcher(path);
    return ollama.matches() ? "ollama-" + ollama.group(1) : fromFolders(path, fallback);
  }

  private static String fromFolders(String path, String fallback) {
    List<String> parts = List.of(path.split("/"));
    int last = parts.size() - 1;
    if (last < 0) {
      return fallback;
    }
    if (!SHARD.matcher(path).matches()) {
      String name = withoutSuffix(parts.get(last));
      if (!SAYS_NOTHING.matcher(name).matches()) {
        return name;
      }
    }
    for (int i = last - 1; i > 0; i--) {
      if (!SAYS_NOTHING.matcher(parts.get(i)).matches()) {
        return parts.get(i);
      }
    }
    return fallback;
  }

  private static String withoutSuffix(String file) {
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }
}
