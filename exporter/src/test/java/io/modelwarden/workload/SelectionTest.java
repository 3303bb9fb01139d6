// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.workload.Selection.Rule;
import io.modelwarden.workload.Selection.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectionTest {

  private static final String UID = "8f3c1d2e-4b5a-4c6d-9e7f-0a1b2c3d4e5f";
  private static final String ID =
      "5d1f0a9c3b7e48d2a6c0f1e2d3c4b5a697887766554433221100ffeeddccbbaa";
  private static final String POD = "/kubepods/burstable/pod" + UID + "/" + ID;
  private static final String DOCKER = "/docker/" + ID;
  private static final String HOST = "/system.slice/backup.service";

  private final Map<String, PodTraits> pods = new HashMap<>();

  private final PodDirectory directory =
      new PodDirectory() {
        @Override
        public @Nullable PodNames find(String podUid, String containerId) {
          return null;
        }

        @Override
        public @Nullable PodTraits traits(String podUid, String containerId) {
          return pods.get(podUid);
        }

        @Override
        public long version() {
          return 0;
        }

        @Override
        public boolean isGone(String podUid) {
          return false;
        }
      };

  @Test
  void withoutRules_everythingIsSelected() {
    Selection all = new Selection(List.of(), List.of(), directory);
    assertThat(all.leavesSomeOut()).isFalse();
    assertThat(of(all, POD)).isEqualTo(Verdict.SELECTED);
    assertThat(of(all, "")).isEqualTo(Verdict.SELECTED);
  }

  @Test
  void include_leavesOutAllElse_andExcludeWins() {
    pods.put(UID, new PodTraits("inference", Map.of("app", "vllm", "canary", ""), "server"));
    List<Rule> include = List.of(namespaces("inference"), host(true));
    Selection included = new Selection(include, List.of(), directory);
    assertThat(of(included, POD)).isEqualTo(Verdict.SELECTED);
    assertThat(of(included, HOST)).isEqualTo(Verdict.SELECTED);
    assertThat(of(included, DOCKER)).as("in no namespace").isEqualTo(Verdict.LEFT_OUT);
    Selection both =
        new Selection(include, List.of(labels(all -> all.containsKey("canary"))), directory);
    assertThat(of(both, POD)).isEqualTo(Verdict.LEFT_OUT);
    assertThat(of(both, HOST)).isEqualTo(Verdict.SELECTED);
  }

  @Test
  void ruleMatches_whereAllThatItAsksHolds() {
    pods.put(UID, new PodTraits("inference", Map.of("app", "vllm"), "server"));
    Rule all = new Rule(Set.of("inference", "b"), any -> true, Set.of("server"), false);
    Rule other = new Rule(Set.of("inference"), any -> true, Set.of("sidecar"), null);
    Rule nobody = new Rule(Set.of(), any -> false, Set.of("server"), null);
    assertThat(of(include(all), POD)).isEqualTo(Verdict.SELECTED);
    assertThat(of(include(other), POD)).isEqualTo(Verdict.LEFT_OUT);
    assertThat(of(include(nobody), POD)).isEqualTo(Verdict.LEFT_OUT);
  }

  @Test
  void host_meansOutsideOfContainersOfAnyKind() {
    assertThat(of(include(host(false)), DOCKER)).isEqualTo(Verdict.SELECTED);
    assertThat(of(include(host(false)), POD)).isEqualTo(Verdict.SELECTED);
    assertThat(of(include(host(false)), HOST)).isEqualTo(Verdict.LEFT_OUT);
    assertThat(of(include(host(true)), HOST)).isEqualTo(Verdict.SELECTED);
    assertThat(of(include(host(true)), "/kubepods/burstable/pod" + UID))
        .isEqualTo(Verdict.LEFT_OUT);
  }

  @Test
  void podThatIsNotKnownYet_isUndecidedOnlyWhereItMatters() {
    assertThat(of(include(namespaces("inference")), POD)).isEqualTo(Verdict.UNDECIDED);
    assertThat(of(include(host(true)), POD)).isEqualTo(Verdict.LEFT_OUT);
    assertThat(of(include(namespaces("inference"), host(false)), POD)).isEqualTo(Verdict.SELECTED);
    Selection excluded = new Selection(List.of(), List.of(namespaces("batch")), directory);
    assertThat(of(excluded, POD)).isEqualTo(Verdict.UNDECIDED);
    assertThat(of(excluded, HOST)).isEqualTo(Verdict.SELECTED);
    pods.put(UID, new PodTraits("inference", Map.of(), ""));
    assertThat(of(include(namespaces("inference")), POD)).isEqualTo(Verdict.SELECTED);
    Rule server = new Rule(Set.of("inference"), null, Set.of("server"), null);
    assertThat(of(include(server), POD)).as("its name is to come").isEqualTo(Verdict.UNDECIDED);
  }

  /** Whoever lives in a container may make cgroups below it that are called like others. */
  @Test
  void cgroupBelow_isThatOfTheOutermostContainer() {
    String other = "/kubepods/pod11111111-2222-3333-4444-555555555555/" + "ab".repeat(32);
    pods.put(UID, new PodTraits("inference", Map.of(), "server"));
    pods.put("11111111-2222-3333-4444-555555555555", new PodTraits("batch", Map.of(), "x"));
    Selection selection = new Selection(List.of(), List.of(namespaces("batch")), directory);
    assertThat(of(selection, other)).isEqualTo(Verdict.LEFT_OUT);
    assertThat(of(selection, POD + other)).isEqualTo(Verdict.SELECTED);
    assertThat(of(selection, other + POD)).isEqualTo(Verdict.LEFT_OUT);
  }

  private static Verdict of(Selection selection, String path) {
    return selection.of(CgroupPath.parse(path));
  }

  private Selection include(Rule... rules) {
    return new Selection(List.of(rules), List.of(), directory);
  }

  private static Rule namespaces(String name) {
    return new Rule(Set.of(name), null, Set.of(), null);
  }

  private static Rule labels(Predicate<Map<String, String>> labels) {
    return new Rule(Set.of(), labels, Set.of(), null);
  }

  private static Rule host(boolean host) {
    return new Rule(Set.of(), null, Set.of(), host);
  }
}
