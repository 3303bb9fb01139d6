// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelwarden.policy.Manifest;
import io.modelwarden.policy.PrometheusPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queries of docs/policy.md as Prometheus answers them. */
@Tag("system")
class PolicyJoinTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LABELS =
      "k8s_namespace_name=\"%s\", modelwarden_workload_kind=\"cronjob\","
          + " modelwarden_workload_name=\"%s\"";

  @TempDir Path folder;

  @Test
  void anAllowedBackup_isQuietAndEverybodyElseIsNot() throws IOException {
    Path manifest =
        Files.writeString(
            folder.resolve("manifest.yaml"),
            """
            reload:
              - {namespace: a, workload: cronjob/any, executables: [/x], paths: ["/**"]}
              - {namespace: a, workload: cronjob/one, executables: [/x], paths: ["/**"], models: [m]}
            egress:
              - {namespace: a, workload: cronjob/any, scope: public, cidrs: [192.0.2.0/24], bytes-a-day: 600}
              - {namespace: a, workload: cronjob/any, scope: public, cidrs: [198.51.100.0/24], bytes-a-day: 400}
              - {namespace: a, workload: cronjob/one, scope: public, cidrs: [192.0.2.0/24], bytes-a-day: 999}
            """);
    Files.writeString(
        folder.resolve("policy.rules.yaml"), PrometheusPolicy.render(Manifest.load(manifest)));
    List<String> queries = queries();
    StringBuilder test =
        new StringBuilder(
            "rule_files: [policy.rules.yaml]\ntests:\n  - interval: 1m\n    input_series:\n");
    for (String workload : List.of("any", "one", "other")) {
      read(test, "a", workload, "m", "entrypoint");
    }
    read(test, "a", "one", "another model", "entrypoint");
    read(test, "a", "any", "m", "exec");
    read(test, "b", "any", "m", "entrypoint");
    // Two replicas on two nodes are one workload: 1000 bytes within a day.
    for (String workload : List.of("any", "one", "other")) {
      sent(test, "a", workload, "n1", "public");
      sent(test, "a", workload, "n2", "public");
    }
    sent(test, "a", "any", "n1", "proxy");
    test.append("    promql_expr_test:\n");
    expect(
        test,
        queries.get(0),
        List.of(
            sample("a", "one", "another model", "entrypoint"),
            sample("a", "any", "m", "exec"),
            sample("a", "other", "m", "entrypoint"),
            sample("b", "any", "m", "entrypoint")));
    expect(
        test,
        queries.get(1),
        List.of(
            sentSample("one", "public", 1000),
            sentSample("other", "public", 1000),
            sentSample("any", "proxy", 500)));
    passes(test.toString());
  }

  /** A name of a program or of a model is a label's value, whatever stands in it. */
  @Test
  void hostileNames_areLabelsAndNothingElse() throws IOException {
    StringBuilder manifest = new StringBuilder("read:\n");
    for (String name : HostileNames.ALL) {
      manifest.append(
          "  - {host: true, workload: %s, executables: [/x], paths: [\"/**\"], models: [%s]}\n"
              .formatted(quoted("executable/" + name), quoted(name)));
    }
    Path file = Files.writeString(folder.resolve("manifest.yaml"), manifest);
    Files.writeString(
        folder.resolve("policy.rules.yaml"), PrometheusPolicy.render(Manifest.load(file)));
    StringBuilder test =
        new StringBuilder(
            "rule_files: [policy.rules.yaml]\ntests:\n  - interval: 1m\n    promql_expr_test:\n");
    expect(
        test,
        "count(modelwarden:policy:allowed_readers)",
        List.of("{value: %d}".formatted(HostileNames.ALL.size())));
    for (String name : HostileNames.ALL) {
      // Strings of PromQL are those of Go, and JSON's are among them.
      String labels =
          "modelwarden_workload_name=%s, modelwarden_model_name=%s"
              .formatted(quoted(name), quoted(name));
      String series =
          "{__name__=\"modelwarden:policy:allowed_readers\", modelwarden_process_origin=\"host\","
              + " modelwarden_workload_kind=\"executable\", "
              + labels
              + "}";
      expect(
          test,
          "modelwarden:policy:allowed_readers{" + labels + "}",
          List.of("{labels: %s, value: 1}".formatted(quoted(series))));
    }
    passes(test.toString());
  }

  private static String quoted(String text) throws IOException {
    return JSON.writeValueAsString(text);
  }

  private void passes(String test) throws IOException {
    Path file = Files.writeString(folder.resolve("join.test.yaml"), test);
    Programs.Ended ended =
        Programs.run(
            List.of(
                Programs.prometheusFolder().resolve("promtool").toString(),
                "test",
                "rules",
                file.toString()));
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("SUCCESS");
  }

  private static List<String> queries() throws IOException {
    List<String> queries =
        Pattern.compile("```promql\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Programs.REPOSITORY.resolve("docs/policy.md")))
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    assertThat(queries).hasSize(2);
    return queries;
  }

  private static void read(
      StringBuilder test, String namespace, String workload, String model, String origin) {
    series(
        test,
        "modelwarden:model_bytes:increase1m{%s, modelwarden_model_name=\"%s\", modelwarden_process_origin=\"%s\", modelwarden_container_phase=\"serving\"}"
            .formatted(LABELS.formatted(namespace, workload), model, origin),
        "10x9");
  }

  private static void sent(
      StringBuilder test, String namespace, String workload, String host, String scope) {
    series(
        test,
        "modelwarden:sent_outside_bytes:increase1m{%s, host_name=\"%s\", modelwarden_network_role=\"initiated\", modelwarden_network_peer_scope=\"%s\"}"
            .formatted(LABELS.formatted(namespace, workload), host, scope),
        "50x9");
  }

  private static void series(StringBuilder test, String series, String values) {
    test.append("      - {series: '").append(series).append("', values: '").append(values);
    test.append("'}\n");
  }

  private static String sample(String namespace, String workload, String model, String origin) {
    return "{labels: '{%s, modelwarden_model_name=\"%s\", modelwarden_process_origin=\"%s\"}', value: 100}"
        .formatted(LABELS.formatted(namespace, workload), model, origin);
  }

  private static String sentSample(String workload, String scope, int bytes) {
    return "{labels: '{%s, modelwarden_network_peer_scope=\"%s\"}', value: %d}"
        .formatted(LABELS.formatted("a", workload), scope, bytes);
  }

  private static void expect(StringBuilder test, String query, List<String> samples) {
    test.append("      - eval_time: 10m\n        expr: |\n").append(query.indent(10));
    test.append("        exp_samples:\n");
    samples.forEach(sample -> test.append("          - ").append(sample).append('\n'));
  }
}
