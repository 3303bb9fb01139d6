// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Rules about files as conditions: few of them, which is what the collector's speed depends on. */
final class AccessConditions {

  private final Ottl ottl;

  AccessConditions(Ottl ottl) {
    this.ottl = ottl;
  }

  List<Condition> of(List<AccessRule> rules) {
    Map<Place, List<Condition>> byPlace = new TreeMap<>();
    for (AccessRule rule : merged(rules)) {
      byPlace.computeIfAbsent(rule.place(), place -> new ArrayList<>()).add(condition(rule));
    }
    return PlaceConditions.of(ottl, byPlace);
  }

  private Condition condition(AccessRule rule) {
    List<Condition> all = new ArrayList<>();
    all.add(ottl.isOneOf(Facts.ORIGIN, rule.origins()));
    if (!rule.models().isEmpty()) {
      all.add(ottl.isOneOf(Facts.MODEL, rule.models()));
    }
    all.add(ottl.isOneOf(Facts.EXECUTABLE, rule.executables()));
    if (!rule.paths().isEmpty()) {
      all.add(ottl.fitsOneOf(Facts.FILE, rule.paths()));
    }
    return Condition.allOf(all);
  }

  /** Fewer rules that allow the same: those that differ in one list only become one. */
  static List<AccessRule> merged(List<AccessRule> rules) {
    List<AccessRule> merged = new ArrayList<>();
    for (AccessRule rule : rules) {
      for (String executable : rule.executables()) {
        merged.add(withExecutables(rule, List.of(executable)));
      }
    }
    merged = join(merged, AccessRule::paths, AccessConditions::withPaths);
    merged = join(merged, AccessRule::executables, AccessConditions::withExecutables);
    return join(merged, AccessRule::models, AccessConditions::withModels);
  }

  private static List<AccessRule> join(
      List<AccessRule> rules,
      Function<AccessRule, List<String>> list,
      BiFunction<AccessRule, List<String>, AccessRule> with) {
    Map<AccessRule, TreeSet<String>> lists = new LinkedHashMap<>();
    for (AccessRule rule : rules) {
      // None means any: that joins with nothing but itself.
      AccessRule rest = list.apply(rule).isEmpty() ? rule : with.apply(rule, List.of("…"));
      lists.computeIfAbsent(rest, key -> new TreeSet<>()).addAll(list.apply(rule));
    }
    return lists.entrySet().stream()
        .map(entry -> with.apply(entry.getKey(), List.copyOf(entry.getValue())))
        .toList();
  }

  private static AccessRule withPaths(AccessRule rule, List<String> paths) {
    return new AccessRule(rule.place(), rule.origins(), rule.models(), rule.executables(), paths);
  }

  private static AccessRule withExecutables(AccessRule rule, List<String> executables) {
    return new AccessRule(rule.place(), rule.origins(), rule.models(), executables, rule.paths());
  }

  private static AccessRule withModels(AccessRule rule, List<String> models) {
    return new AccessRule(rule.place(), rule.origins(), models, rule.executables(), rule.paths());
  }
}
