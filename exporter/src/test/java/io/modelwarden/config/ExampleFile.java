// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.Map;

/** docs/examples/modelwarden.yaml: every setting with its meaning, its rule and its default. */
final class ExampleFile {

  /** For settings whose default is empty. */
  static final Map<Key<?>, String> EXAMPLES =
      Map.of(
          Keys.PATHS, "/srv/models,/mnt/models/**",
          Keys.NAMES, "/srv/models/llama-70b=llama-70b",
          Keys.HOLDS_MODEL, "/opt/streamer/bin/*=llama-70b=140GB",
          Keys.INCLUDE,
              "[{namespaces: [inference, training], pods: 'app in (vllm, tgi), !canary'}, {host: true}]",
          Keys.EXCLUDE, "[{containers: [istio-proxy]}]",
          Keys.POD_CIDRS, "10.244.0.0/16,fd00:10:244::/56",
          Keys.CLUSTER_CIDRS, "10.96.0.0/12",
          Keys.OUTSIDE_CIDRS, "10.200.0.0/16",
          Keys.PROXIES, "10.0.0.5:3128,[2001:db8::5]:3128");

  private static final int COLUMNS = 100;

  private ExampleFile() {}

  /**
   * @param examples values instead of defaults
   */
  static String render(Map<Key<?>, String> examples) {
    StringBuilder file =
        new StringBuilder(
            """
            # Settings of the agent, made from the code; all may be left out.
            # What is commented out are the defaults, or examples where the default is empty.
            """);
    String section = "";
    for (Key<?> key : Keys.all()) {
      int dot = key.name().indexOf('.');
      String group = key.name().substring(0, Math.max(0, dot));
      if (!group.equals(section) || dot < 0) {
        file.append(dot < 0 ? "" : "\n" + group + ":");
        section = group;
      }
      file.append('\n');
      String indent = dot < 0 ? "" : "  ";
      comment(file, indent + "# ", key.meaning() + " (" + key.rule() + ")");
      file.append(indent).append("# ").append(key.name().substring(dot + 1)).append(": ");
      file.append(value(key, examples.getOrDefault(key, key.defaultText()))).append('\n');
    }
    return file.toString();
  }

  private static String value(Key<?> key, String text) {
    Raw raw = Raw.parse("example", key.kind(), text);
    return switch (key.kind()) {
      case TEXT -> raw.text();
      case LIST -> raw.list().stream().map(ExampleFile::quoted).toList().toString();
      case MAP, MODELS ->
          raw.map().entrySet().stream()
              .map(pair -> quoted(pair.getKey()) + ": " + quoted(pair.getValue()))
              .toList()
              .toString()
              .replaceAll("^\\[(.*)]$", "{$1}");
      case RULES -> text.isEmpty() ? "[]" : text;
    };
  }

  /** Brackets, colons and asterisks mean something in YAML. */
  private static String quoted(String text) {
    return text.matches("[./a-z0-9-]+") ? text : '"' + text + '"';
  }

  private static void comment(StringBuilder file, String start, String text) {
    StringBuilder line = new StringBuilder(start);
    for (String word : text.split(" ")) {
      if (line.length() + word.length() > COLUMNS) {
        file.append(line.toString().stripTrailing()).append('\n');
        line = new StringBuilder(start);
      }
      line.append(word).append(' ');
    }
    file.append(line.toString().stripTrailing()).append('\n');
  }
}
