// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which cgroups are counted, by rules on what their paths name. */
public final class Selection {

  public enum Verdict {
    SELECTED,
    LEFT_OUT,
    /** The API has not told enough of the pod yet. */
    UNDECIDED
  }

  private enum Match {
    YES,
    NO,
    UNKNOWN
  }

  /**
   * Matches where all that it asks holds.
   *
   * @param namespaces any of them; all if there is none
   * @param labels null for all
   * @param containers any of them; all if there is none
   * @param host whether outside of containers; null for both
   */
  public record Rule(
      Set<String> namespaces,
      @Nullable Predicate<Map<String, String>> labels,
      Set<String> containers,
      @Nullable Boolean host) {

    boolean asksForPods() {
      return !namespaces.isEmpty() || labels != null || !containers.isEmpty();
    }
  }

  private final List<Rule> include;
  private final List<Rule> exclude;
  private final PodDirectory pods;

  /**
   * @param include all if there is none
   */
  public Selection(List<Rule> include, List<Rule> exclude, PodDirectory pods) {
    this.include = List.copyOf(include);
    this.exclude = List.copyOf(exclude);
    this.pods = pods;
  }

  public boolean leavesSomeOut() {
    return !include.isEmpty() || !exclude.isEmpty();
  }

  /** Whether the answer may change with what the API tells. */
  public boolean asksForPods() {
    return include.stream().anyMatch(Rule::asksForPods)
        || exclude.stream().anyMatch(Rule::asksForPods);
  }

  /**
   * @param path of a cgroup; cgroups below that of a container are the container's
   */
  public Verdict of(CgroupPath path) {
    PodTraits traits = null;
    if (!path.podUid().isEmpty()) {
      traits = pods.traits(path.podUid(), path.containerId());
    }
    Match included = include.isEmpty() ? Match.YES : any(include, path, traits);
    Match excluded = any(exclude, path, traits);
    if (included == Match.NO || excluded == Match.YES) {
      return Verdict.LEFT_OUT;
    }
    return included == Match.YES && excluded == Match.NO ? Verdict.SELECTED : Verdict.UNDECIDED;
  }

  private static Match any(List<Rule> rules, CgroupPath path, @Nullable PodTraits traits) {
    Match any = Match.NO;
    for (Rule rule : rules) {
      Match match = match(rule, path, traits);
      if (match == Match.YES) {
        return match;
      }
      any = match == Match.UNKNOWN ? match : any;
    }
    return any;
  }

  private static Match match(Rule rule, CgroupPath path, @Nullable PodTraits traits) {
    boolean isInside = path.isContainer() || !path.podUid().isEmpty();
    if (rule.host() != null && rule.host() == isInside) {
      return Match.NO;
    }
    if (!rule.asksForPods()) {
      return Match.YES;
    }
    if (path.podUid().isEmpty()) {
      return Match.NO;
    }
    return traits == null ? Match.UNKNOWN : match(rule, traits);
  }

  private static Match match(Rule rule, PodTraits traits) {
    if (!rule.namespaces().isEmpty() && !rule.namespaces().contains(traits.namespace())) {
      return Match.NO;
    }
    if (rule.labels() != null && !rule.labels().test(traits.labels())) {
      return Match.NO;
    }
    if (rule.containers().isEmpty()) {
      return Match.YES;
    }
    if (traits.container().isEmpty()) {
      return Match.UNKNOWN;
    }
    return rule.containers().contains(traits.container()) ? Match.YES : Match.NO;
  }
}
