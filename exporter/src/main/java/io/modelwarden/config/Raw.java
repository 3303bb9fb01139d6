// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * A value as it was written, with the place for messages.
 *
 * @param place such as {@code modelwarden.yaml:12} or the name of a variable
 */
record Raw(
    String place,
    String text,
    List<String> list,
    Map<String, String> map,
    List<Map<String, List<String>>> rules) {

  static Raw text(String place, String text) {
    return new Raw(place, text, List.of(), Map.of(), List.of());
  }

  static Raw list(String place, List<String> list) {
    return new Raw(place, String.join(",", list), List.copyOf(list), Map.of(), List.of());
  }

  static Raw map(String place, Map<String, String> map) {
    Map<String, String> pairs = Collections.unmodifiableMap(new LinkedHashMap<>(map));
    return new Raw(place, "", List.of(), pairs, List.of());
  }

  static Raw rules(String place, List<Map<String, List<String>>> rules) {
    return new Raw(place, "", List.of(), Map.of(), List.copyOf(rules));
  }

  /**
   * From a variable or a default: lists are separated by commas, pairs have an equals sign, rules
   * are YAML.
   */
  static Raw parse(String place, Key.Kind kind, String text) {
    List<String> parts =
        Stream.of(text.split(",")).map(String::strip).filter(part -> !part.isEmpty()).toList();
    return switch (kind) {
      case TEXT -> text(place, text.strip());
      case LIST -> list(place, parts);
      case MAP -> map(place, pairs(parts, part -> part.lastIndexOf('=')));
      case MODELS -> map(place, pairs(parts, part -> part.indexOf('=')));
      case RULES -> rules(place, YamlRules.of(text));
    };
  }

  private static Map<String, String> pairs(List<String> parts, ToIntFunction<String> split) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String part : parts) {
      int equals = split.applyAsInt(part);
      if (equals <= 0) {
        throw new IllegalArgumentException("is not written as pattern=name");
      }
      pairs.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
    }
    return pairs;
  }
}
