// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rules about sending as conditions. The agent counts what a container sends to a scope as a whole,
 * so the budgets of one workload for one scope are one budget.
 */
final class EgressConditions {

  private final Ottl ottl;

  EgressConditions(Ottl ottl) {
    this.ottl = ottl;
  }

  List<Condition> of(List<EgressRule> rules) {
    Map<Place, Map<String, List<EgressRule>>> byPlace = new TreeMap<>();
    for (EgressRule rule : rules) {
      byPlace
          .computeIfAbsent(rule.place(), place -> new TreeMap<>())
          .computeIfAbsent(rule.scope(), scope -> new ArrayList<>())
          .add(rule);
    }
    Map<Place, List<Condition>> conditions = new TreeMap<>();
    byPlace.forEach(
        (place, byScope) -> {
          List<Condition> scopes = new ArrayList<>();
          byScope.forEach((scope, some) -> scopes.add(scope(scope, some)));
          conditions.put(place, scopes);
        });
    return PlaceConditions.of(ottl, conditions);
  }

  private Condition scope(String scope, List<EgressRule> rules) {
    return Condition.allOf(
        List.of(
            ottl.isOneOf(Facts.SCOPE, List.of(scope)),
            ottl.isAtMost(Facts.SENT, rules.stream().mapToLong(EgressRule::bytesADay).sum()),
            Condition.anyOf(rules.stream().map(this::rule).toList())));
  }

  private Condition rule(EgressRule rule) {
    List<Condition> all = new ArrayList<>();
    all.add(ottl.isOneOf(Facts.ORIGIN, rule.origins()));
    if (!rule.executables().isEmpty()) {
      all.add(ottl.isOneOf(Facts.EXECUTABLE, rule.executables()));
    }
    if (!rule.ports().isEmpty()) {
      all.add(ottl.isOneOfNumbers(Facts.PORT, rule.ports()));
    }
    if (!rule.cidrs().isEmpty()) {
      all.add(ottl.isInOneOf(Facts.PEER, rule.cidrs()));
    }
    return Condition.allOf(all);
  }
}
