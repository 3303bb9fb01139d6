// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rules about the memory of other processes as conditions. */
final class MemoryConditions {

  private final Ottl ottl;

  MemoryConditions(Ottl ottl) {
    this.ottl = ottl;
  }

  List<Condition> of(List<MemoryRule> rules) {
    Map<Place, List<Condition>> byPlace = new TreeMap<>();
    for (MemoryRule rule : rules) {
      byPlace.computeIfAbsent(rule.place(), place -> new ArrayList<>()).add(condition(rule));
    }
    return PlaceConditions.of(ottl, byPlace);
  }

  private Condition condition(MemoryRule rule) {
    List<Condition> all = new ArrayList<>();
    all.add(ottl.isOneOf(Facts.ORIGIN, rule.origins()));
    all.add(ottl.isOneOf(Facts.EXECUTABLE, rule.executables()));
    all.add(ottl.isOneOf(Facts.METHOD, rule.methods()));
    all.add(ottl.isOneOf(Facts.TARGET, rule.targets()));
    if (rule.sameContainer()) {
      all.add(ottl.isTrue(Facts.SAME_CONTAINER));
    }
    all.add(ottl.isAtMost(Facts.MEMORY_READ, rule.bytesADay()));
    return Condition.allOf(all);
  }
}
