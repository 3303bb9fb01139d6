// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is allowed in which place: one condition for each namespace, inside of it one alternative
 * for each workload, so that a span is compared with the names of namespaces and then only with
 * those of its own.
 */
final class PlaceConditions {

  private PlaceConditions() {}

  static List<Condition> of(Ottl ottl, Map<Place, List<Condition>> allowed) {
    Map<String, List<Condition>> byNamespace = new TreeMap<>();
    new TreeMap<>(allowed)
        .forEach(
            (place, conditions) ->
                byNamespace
                    .computeIfAbsent(place.namespace(), namespace -> new ArrayList<>())
                    .add(workload(ottl, place, conditions)));
    List<Condition> all = new ArrayList<>();
    byNamespace.forEach(
        (namespace, workloads) -> {
          List<Condition> parts = new ArrayList<>(where(ottl, namespace));
          parts.add(Condition.anyOf(workloads));
          all.add(Condition.allOf(parts));
        });
    return all;
  }

  /**
   * A process of the machine is in no container: what looks like one inside of a container, because
   * the machine's files are mounted there, may have any path.
   */
  private static List<Condition> where(Ottl ottl, String namespace) {
    return namespace.isEmpty()
        ? List.of(
            ottl.resourceLacks(Facts.NAMESPACE),
            ottl.resourceLacks(Facts.POD_UID),
            ottl.lacks(Facts.CONTAINER_ID))
        : List.of(ottl.resourceIs(Facts.NAMESPACE, namespace));
  }

  private static Condition workload(Ottl ottl, Place place, List<Condition> conditions) {
    return Condition.allOf(
        List.of(
            ottl.resourceIs(Facts.WORKLOAD_NAME, place.name()),
            ottl.resourceIs(Facts.WORKLOAD_KIND, place.kind()),
            Condition.anyOf(conditions)));
  }
}
