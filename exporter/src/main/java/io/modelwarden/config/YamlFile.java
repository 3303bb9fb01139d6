// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings file. */
final class YamlFile {

  private static final int DEEPEST = 8;

  private final Map<String, Key<?>> keys = new HashMap<>();
  private final Map<String, Raw> values = new HashMap<>();

  private YamlFile() {
    Keys.all().forEach(key -> keys.put(key.name(), key));
  }

  static Map<String, Raw> read(Path file) {
    YamlFile settings = new YamlFile();
    YamlNode.read(file).ifPresent(root -> settings.walk("", root, DEEPEST));
    return settings.values;
  }

  private void walk(String prefix, YamlNode node, int levels) {
    if (node.isEmpty()) {
      return; // a section whose keys are all commented out
    }
    if (!node.isMap() || levels == 0) {
      throw node.refused((prefix.isEmpty() ? "the file" : prefix) + ": is not a map of settings");
    }
    for (YamlNode.Pair pair : node.pairs()) {
      String name = prefix.isEmpty() ? pair.key().text() : prefix + "." + pair.key().text();
      Key<?> key = keys.get(name);
      if (key != null) {
        if (values.put(name, value(key, pair.value())) != null) {
          throw pair.key().refused(name + ": is there twice: keep one");
        }
      } else if (keys.keySet().stream().anyMatch(known -> known.startsWith(name + "."))) {
        walk(name, pair.value(), levels - 1);
      } else {
        throw pair.key().refused(name + ": unknown setting" + Suggestion.of(name, keys.keySet()));
      }
    }
  }

  private static Raw value(Key<?> key, YamlNode node) {
    switch (key.kind()) {
      case LIST -> {
        if (node.isList()) {
          return Raw.list(node.place(), node.items().stream().map(YamlNode::text).toList());
        }
      }
      case MAP, MODELS -> {
        if (node.isMap()) {
          return Raw.map(node.place(), texts(key, node));
        }
      }
      case RULES -> {
        try {
          return Raw.rules(node.place(), YamlRules.of(node));
        } catch (IllegalArgumentException wrong) {
          throw node.refused("%s: %s (%s)".formatted(key.name(), wrong.getMessage(), key.rule()));
        }
      }
      case TEXT -> {
        return Raw.text(node.place(), node.text());
      }
    }
    throw node.refused(
        key.name()
            + ": is not a "
            + (key.kind() == Key.Kind.LIST ? "list" : "map")
            + " ("
            + key.rule()
            + ")");
  }

  private static Map<String, String> texts(Key<?> key, YamlNode node) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (YamlNode.Pair pair : node.pairs()) {
      String name = pair.key().text();
      if (texts.put(name, pair.value().text()) != null) {
        throw pair.key().refused(key.name() + "." + name + ": is there twice: keep one");
      }
    }
    return texts;
  }
}
