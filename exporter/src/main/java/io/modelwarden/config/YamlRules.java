// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A list of maps, each of whose values is one text or a list of them. */
final class YamlRules {

  private YamlRules() {}

  /**
   * @throws IllegalArgumentException if it is not such a list
   */
  static List<Map<String, List<String>>> of(YamlNode node) {
    if (!node.isList()) {
      throw new IllegalArgumentException("is not a list of rules");
    }
    List<Map<String, List<String>>> rules = new ArrayList<>();
    node.items().forEach(item -> rules.add(rule(item)));
    return rules;
  }

  /**
   * The same as the value of a variable.
   *
   * @throws IllegalArgumentException if it is not such a list
   */
  static List<Map<String, List<String>>> of(String text) {
    return YamlNode.parse(text).map(YamlRules::of).orElse(List.of());
  }

  private static Map<String, List<String>> rule(YamlNode node) {
    if (!node.isMap()) {
      throw new IllegalArgumentException("has a rule that is not a map");
    }
    Map<String, List<String>> rule = new LinkedHashMap<>();
    for (YamlNode.Pair pair : node.pairs()) {
      String name = String.join(",", texts(pair.key()));
      if (rule.put(name, texts(pair.value())) != null) {
        throw new IllegalArgumentException("has '" + name + "' twice in one rule: keep one");
      }
    }
    return rule;
  }

  private static List<String> texts(YamlNode node) {
    List<String> texts = new ArrayList<>();
    for (YamlNode each : node.isList() ? node.items() : List.of(node)) {
      if (!each.isText()) {
        throw new IllegalArgumentException("has a rule with more than values and lists of values");
      }
      texts.add(each.text());
    }
    return texts;
  }
}
