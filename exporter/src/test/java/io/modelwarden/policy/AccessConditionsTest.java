// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Fewer conditions allow neither more nor less. */
class AccessConditionsTest {

  private static final Place PLACE = new Place("llm", "deployment", "vllm");
  private static final List<String> ORIGINS = List.of("entrypoint", "exec");

  @RepeatedTest(200)
  void mergedRules_allowTheSame(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    List<AccessRule> rules = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      rules.add(
          new AccessRule(
              new Place("llm", "deployment", "w" + random.nextInt(2)),
              some(ORIGINS, random),
              random.nextBoolean() ? List.of() : some(List.of("m0", "m1"), random),
              some(List.of("/e0", "/e1", "/e2"), random),
              random.nextInt(4) == 0 ? List.of() : some(List.of("/p0", "/p1", "/p2"), random)));
    }
    assertThat(allowed(AccessConditions.merged(rules))).isEqualTo(allowed(rules));
  }

  @Test
  void manyProgramsAndPathsOfAWorkload_areOneCondition() {
    List<AccessRule> rules = new ArrayList<>();
    for (int executable = 0; executable < 20; executable++) {
      for (int path = 0; path < 50; path++) {
        rules.add(
            new AccessRule(
                PLACE,
                List.of("entrypoint"),
                List.of(),
                List.of("/bin/" + executable),
                List.of("/models/" + path)));
      }
    }
    assertThat(AccessConditions.merged(rules)).hasSize(1);
    assertThat(new AccessConditions(new Ottl("span")).of(rules)).hasSize(1);
  }

  @Test
  void workloadsOfANamespace_areOneCondition() {
    List<AccessRule> rules = new ArrayList<>();
    for (int workload = 0; workload < 100; workload++) {
      Place place = new Place("ns-" + workload % 4, "job", "w-" + workload);
      rules.add(new AccessRule(place, List.of("exec"), List.of(), List.of("/b"), List.of("/m/**")));
    }
    assertThat(new AccessConditions(new Ottl("span")).of(rules)).hasSize(4);
  }

  /** Every combination that a rule allows; one that says nothing of a thing allows "any". */
  private static Set<String> allowed(List<AccessRule> rules) {
    Set<String> allowed = new TreeSet<>();
    for (AccessRule rule : rules) {
      for (String model : orAny(rule.models())) {
        for (String executable : rule.executables()) {
          for (String path : orAny(rule.paths())) {
            allowed.add(
                String.join(
                    " ",
                    rule.place().toString(),
                    rule.origins().toString(),
                    model,
                    executable,
                    path));
          }
        }
      }
    }
    return allowed;
  }

  private static List<String> orAny(List<String> values) {
    return values.isEmpty() ? List.of("any") : values;
  }

  private static List<String> some(List<String> all, Random random) {
    List<String> some = all.stream().filter(value -> random.nextBoolean()).toList();
    return some.isEmpty() ? all.subList(0, 1) : some;
  }
}
