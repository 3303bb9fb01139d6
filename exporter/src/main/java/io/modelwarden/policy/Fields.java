// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Suggestion;
import io.modelwarden.config.YamlNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The fields of one map of a file; each value is held to its rule when it is asked for. */
final class Fields {

  private static final String PAGE = "docs/policy.md";

  private final String name;
  private final YamlNode node;
  private final Map<String, YamlNode> values = new LinkedHashMap<>();

  /**
   * @param name of the map in messages; empty for the file itself
   * @param known fields that there may be
   */
  Fields(String name, YamlNode node, List<String> known) {
    this.name = name;
    this.node = node;
    if (!node.isMap()) {
      throw node.refused((name.isEmpty() ? "the file" : name) + ": is not a map of fields");
    }
    for (YamlNode.Pair pair : node.pairs()) {
      String field = pair.key().text();
      if (!known.contains(field)) {
        throw pair.key()
            .refused(
                full(YamlNode.shown(field))
                    + ": unknown field"
                    + Suggestion.of(YamlNode.shown(field), known, PAGE));
      }
      if (values.put(field, pair.value()) != null) {
        throw pair.key().refused(full(field) + ": is there twice: keep one");
      }
    }
  }

  boolean has(String field) {
    return values.containsKey(field);
  }

  /** A field that has to be there, with one value. */
  <T> T one(String field, Function<String, T> parse) {
    return parsed(field, needed(field), parse);
  }

  <T> T oneOr(String field, Function<String, T> parse, T otherwise) {
    return has(field) ? one(field, parse) : otherwise;
  }

  /** A field that has to be there, with a list of different values. */
  <T> List<T> some(String field, Function<String, T> parse) {
    YamlNode list = needed(field);
    if (!list.isList()) {
      throw list.refused(full(field) + ": is not a list: write [one] or [one, two]");
    }
    if (list.items().isEmpty()) {
      throw list.refused(full(field) + ": is empty: write what is allowed, or delete the rule");
    }
    Set<T> parsed = new LinkedHashSet<>();
    for (YamlNode item : list.items()) {
      if (!parsed.add(parsed(field, item, parse))) {
        throw item.refused(full(field) + ": '" + shown(item) + "' is there twice: keep one");
      }
    }
    return List.copyOf(parsed);
  }

  <T> List<T> someOr(String field, Function<String, T> parse, List<T> otherwise) {
    return has(field) ? some(field, parse) : otherwise;
  }

  /** The items of a list of maps; none where the field is left out or all is commented out. */
  List<YamlNode> rules(String field) {
    YamlNode list = values.get(field);
    if (list == null || list.isEmpty()) {
      return List.of();
    }
    if (!list.isList()) {
      throw list.refused(full(field) + ": is not a list of rules: begin each with '- '");
    }
    return list.items();
  }

  /** Whose processes it is about: host and workload, or namespace and workload. */
  Place place() {
    if (has("host")) {
      if (has("namespace")) {
        throw refused("namespace", "stands beside host: a rule is about one of them");
      }
      if (!one("host", Values::flag)) {
        throw refused("host", "'false' says nothing: write a namespace instead");
      }
      return one("workload", Place::onHost);
    }
    if (!has("namespace")) {
      throw refused("namespace", "is missing: write it, or host: true");
    }
    String namespace = one("namespace", Place::namespaceName);
    return one("workload", text -> Place.inNamespace(namespace, text));
  }

  private YamlNode needed(String field) {
    YamlNode value = values.get(field);
    if (value == null) {
      throw refused(field, "is missing: a rule needs it");
    }
    return value;
  }

  private <T> T parsed(String field, YamlNode value, Function<String, T> parse) {
    if (value.isList() || value.isMap()) {
      throw value.refused(full(field) + ": a single value is needed here, not a list or map");
    }
    try {
      return parse.apply(value.text());
    } catch (IllegalArgumentException wrong) {
      throw value.refused(full(field) + ": '" + shown(value) + "' " + wrong.getMessage());
    }
  }

  /** A refusal of a field that may be there or not. */
  ConfigurationException refused(String field, String message) {
    return values.getOrDefault(field, node).refused(full(field) + ": " + message);
  }

  private String full(String field) {
    return name.isEmpty() ? field : name + "." + field;
  }

  private static String shown(YamlNode value) {
    return YamlNode.shown(value.text());
  }
}
