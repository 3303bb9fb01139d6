// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadRuleTest {

  private static final String VARIABLE = "MODELWARDEN_WORKLOADS_INCLUDE";

  @TempDir private Path folder;

  @Test
  void withoutRules_everythingIsCounted() {
    assertThat(SettingsLoader.load(null, Map.of()).workloads())
        .isEqualTo(new Settings.Workloads(java.util.List.of(), java.util.List.of()));
  }

  @Test
  void rules_areReadFromTheFile_andTheVariableWins() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("settings.yaml"),
            """
            workloads:
              include:
                - namespaces: [inference, training]
                  pods: app in (vllm, tgi), !canary
                  containers: server
                - host: true
              exclude:
                - namespaces: kube-system
            """);
    Settings.Workloads both = SettingsLoader.load(file, Map.of()).workloads();
    WorkloadRule first = both.include().get(0);
    assertThat(first.namespaces()).containsExactlyInAnyOrder("inference", "training");
    assertThat(first.containers()).containsExactly("server");
    assertThat(first.host()).isNull();
    assertThat(first.pods()).isEqualTo(LabelSelector.parse("app in (tgi,vllm),!canary"));
    assertThat(both.include().get(1).host()).isTrue();
    assertThat(both.exclude().get(0).namespaces()).containsExactly("kube-system");
    Settings.Workloads overridden =
        SettingsLoader.load(file, Map.of(VARIABLE, "[{host: false}]")).workloads();
    assertThat(overridden.include()).hasSize(1);
    assertThat(overridden.include().get(0).host()).isFalse();
    assertThat(overridden.exclude()).isEqualTo(both.exclude());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{namespace: a}]|rule 1 has the unknown key 'namespace': write namespaces, pods, containers, host",
        "[{host: true}, {pods: 'app in (a'}]|rule 2 has pods 'app in (a', which needs a closing parenthesis at its end: write it as for kubectl get -l",
        "[{}]|rule 1 asks for nothing and would match all: write at least one of namespaces, pods, containers, host",
        "[{namespaces: []}]|rule 1 has no namespaces: name one or leave the key out",
        "[{namespaces: [Inference]}]|rule 1 has in namespaces 'Inference', which is no name of Kubernetes: write 1 to 63 of a-z, 0-9, '-'",
        "[{containers: 'a*'}]|rule 1 has in containers 'a*', which is no name of Kubernetes: write 1 to 63 of a-z, 0-9, '-'",
        "[{host: maybe}]|rule 1 has host 'maybe', which is not true or false",
        "[{host: true, namespaces: [a]}]|rule 1 asks for host: true and for pods: no process is both: write two rules",
        "[{pods: [a, b]}]|rule 1 has a list as pods: write one value, and another rule for what else is meant",
        "[{pods: ''}]|rule 1 has pods '', which needs the key of a label at its end: write it as for kubectl get -l",
        "[{host: true, host: false}]|has 'host' twice in one rule: keep one",
        "{host: true}|is not a list of rules",
        "[host]|has a rule that is not a map",
        "[{pods: {app: x}}]|has a rule with more than values and lists of values",
        "[{pods: [[a]]}]|has a rule with more than values and lists of values",
        "[{pods: a|is not valid YAML: expected ',' or '}', but got <stream end>: correct it"
      })
  void wrongRule_isRefusedWithValueRuleAndRemedy(String rules, String problem) throws IOException {
    String message = "workloads.include: " + problem + " (" + Keys.INCLUDE.rule() + ")";
    assertThatThrownBy(() -> SettingsLoader.load(null, Map.of(VARIABLE, rules)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(VARIABLE + ": " + message);
    if (!problem.contains("YAML")) {
      String text = "workloads:\n  include: " + rules;
      Path file = Files.writeString(folder.resolve("settings.yaml"), text);
      assertThatThrownBy(() -> SettingsLoader.load(file, Map.of()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(file + ":2: " + message);
    }
  }

  @Test
  void tooManyRules_areRefused() {
    String many = "[" + "{host: true},".repeat(65) + "]";
    assertThatThrownBy(() -> SettingsLoader.load(null, Map.of(VARIABLE, many)))
        .hasMessageContaining("has more than 64 rules: put them together");
  }
}
