// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One rule of workloads.include or workloads.exclude: it matches where all that it asks holds.
 *
 * @param namespaces any of them; all if there is none
 * @param pods null for all
 * @param containers by name, any of them; all if there is none
 * @param host true for processes outside of containers, false for those inside, null for both
 */
public record WorkloadRule(
    Set<String> namespaces,
    @Nullable LabelSelector pods,
    Set<String> containers,
    @Nullable Boolean host) {

  private static final List<String> KEYS = List.of("namespaces", "pods", "containers", "host");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final int MOST = 64;

  /** Whether it cannot be judged without the API server. */
  public boolean asksForPods() {
    return !namespaces.isEmpty() || pods != null || !containers.isEmpty();
  }

  static List<WorkloadRule> parseAll(Raw raw) {
    if (raw.rules().size() > MOST) {
      throw new IllegalArgumentException("has more than " + MOST + " rules: put them together");
    }
    List<WorkloadRule> rules = new ArrayList<>();
    for (Map<String, List<String>> each : raw.rules()) {
      try {
        rules.add(parse(each));
      } catch (IllegalArgumentException wrong) {
        throw new IllegalArgumentException(
            "rule %d %s".formatted(rules.size() + 1, wrong.getMessage()));
      }
    }
    return List.copyOf(rules);
  }

  private static WorkloadRule parse(Map<String, List<String>> raw) {
    for (String key : raw.keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "has the unknown key '" + key + "': write " + String.join(", ", KEYS));
      }
    }
    if (raw.isEmpty()) {
      throw new IllegalArgumentException(
          "asks for nothing and would match all: write at least one of " + String.join(", ", KEYS));
    }
    WorkloadRule rule =
        new WorkloadRule(
            names(raw, "namespaces"), selector(raw), names(raw, "containers"), host(raw));
    if (Boolean.TRUE.equals(rule.host()) && rule.asksForPods()) {
      throw new IllegalArgumentException(
          "asks for host: true and for pods: no process is both: write two rules");
    }
    return rule;
  }

  private static Set<String> names(Map<String, List<String>> raw, String key) {
    List<String> names = raw.get(key);
    if (names == null) {
      return Set.of();
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("has no " + key + ": name one or leave the key out");
    }
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "has in %s '%s', which is no name of Kubernetes: write 1 to 63 of a-z, 0-9, '-'"
                .formatted(key, name));
      }
    }
    return Set.copyOf(names);
  }

  private static @Nullable LabelSelector selector(Map<String, List<String>> raw) {
    if (!raw.containsKey("pods")) {
      return null;
    }
    String text = single(raw, "pods");
    try {
      return LabelSelector.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("has pods '" + text + "', which " + wrong.getMessage());
    }
  }

  private static @Nullable Boolean host(Map<String, List<String>> raw) {
    if (!raw.containsKey("host")) {
      return null;
    }
    String text = single(raw, "host");
    try {
      return Rules.flag(Raw.text("", text));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("has host '" + text + "', which " + wrong.getMessage());
    }
  }

  private static String single(Map<String, List<String>> raw, String key) {
    List<String> values = raw.getOrDefault(key, List.of());
    if (values.size() != 1) {
      throw new IllegalArgumentException(
          "has a list as " + key + ": write one value, and another rule for what else is meant");
    }
    return values.get(0);
  }
}
