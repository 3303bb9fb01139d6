// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A policy as recording rules: constant series that alerts leave out what is allowed with. */
public final class PrometheusPolicy {

  private static final String PREFIX = "modelwarden:policy:";

  private PrometheusPolicy() {}

  /** The whole file. */
  public static String render(Manifest manifest) {
    return """
        # Rendered by `modelwarden policy render` (%s): change the manifest, not this file.
        # Constant series of what is allowed, for alerts to join; docs/policy.md says how.
        groups:
          - name: modelwarden-policy
            interval: 1m
            rules:
        """
            .formatted(manifest.summary())
        + series("allowed_readers", access(manifest.read()))
        + series("allowed_reloads", access(manifest.reload()))
        + series("allowed_egress_bytes_per_day", egress(manifest.egress()))
        + series("allowed_memory_read_bytes_per_day", memory(manifest.memory()));
  }

  private static Map<String, Long> access(List<AccessRule> rules) {
    Map<String, Long> series = new TreeMap<>();
    for (AccessRule rule : rules) {
      for (String origin : rule.origins()) {
        String labels = place(rule.place()) + label(Facts.ORIGIN, origin);
        if (rule.models().isEmpty()) {
          series.put(labels, 1L);
        }
        rule.models().forEach(model -> series.put(labels + label(Facts.MODEL, model), 1L));
      }
    }
    return series;
  }

  private static Map<String, Long> egress(List<EgressRule> rules) {
    Map<String, Long> series = new TreeMap<>();
    for (EgressRule rule : rules) {
      series.merge(
          place(rule.place()) + label(Facts.SCOPE, rule.scope()), rule.bytesADay(), Long::sum);
    }
    return series;
  }

  /**
   * Alerts leave out what happens within a container: what allows just that allows them nothing.
   */
  private static Map<String, Long> memory(List<MemoryRule> rules) {
    Map<String, Long> series = new TreeMap<>();
    for (MemoryRule rule : rules.stream().filter(rule -> !rule.sameContainer()).toList()) {
      for (String method : rule.methods()) {
        series.merge(
            place(rule.place()) + label(Facts.METHOD, method), rule.bytesADay(), Long::sum);
      }
    }
    return series;
  }

  private static String place(Place place) {
    return (place.isHost() ? "" : label(Facts.NAMESPACE, place.namespace()))
        + label(Facts.WORKLOAD_KIND, place.kind())
        + label(Facts.WORKLOAD_NAME, place.name());
  }

  private static String label(String attribute, String value) {
    return "          %s: '%s'\n".formatted(Facts.label(attribute), value.replace("'", "''"));
  }

  /**
   * @param values by the lines of their labels
   */
  private static String series(String name, Map<String, Long> values) {
    String record = "      - record: " + PREFIX + name + "\n        expr: ";
    if (values.isEmpty()) {
      // No series at all, where a missing rule would look like a name that somebody misspelled.
      return record + "vector(0) > 0\n";
    }
    StringBuilder rules = new StringBuilder();
    values.forEach(
        (labels, value) ->
            rules.append(record).append("vector(" + value + ")\n        labels:\n").append(labels));
    return rules.toString();
  }
}
