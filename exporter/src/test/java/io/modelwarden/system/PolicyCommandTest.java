// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.system.PolicyTrial.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code modelwarden policy} as packaged, beside the real collector and Prometheus' own tool. */
@Tag("system")
class PolicyCommandTest {

  private static final Path EXAMPLE = Programs.REPOSITORY.resolve("docs/examples/policy.yaml");

  @TempDir Path folder;

  @Test
  void example_isCheckedAndRenderedForARealCollector() throws IOException {
    assertThat(good("policy", "check", EXAMPLE))
        .contains("9 rules: 4 read, 1 egress, 2 memory, 2 reload");
    Path old = Files.writeString(folder.resolve("policy.yaml"), "old");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r-----"));
    Path rules = folder.resolve("policy.rules.yaml");
    good(render(EXAMPLE, old, "--rules", rules));
    assertThat(old).hasSameTextualContentAs(golden("example.policy.yaml"));
    assertThat(rules).hasSameTextualContentAs(golden("example.policy.rules.yaml"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(old)))
        .isEqualTo("rw-r-----");
    promtool("check", "rules", "--lint=all", rules);
  }

  @Test
  void whatTheCollectorRefuses_leavesEverythingAsItWas() throws IOException {
    Path old = Files.writeString(folder.resolve("policy.yaml"), "old");
    Path rules = Files.writeString(folder.resolve("policy.rules.yaml"), "old rules");
    Path broken =
        Files.writeString(folder.resolve("broken.yaml"), "processors: {nonsense/of_mine: {}}\n");
    refused(
        "refuses what was rendered, so nothing was written: Error: ",
        render(EXAMPLE, old, "--rules", rules, "--with", broken));
    refused(
        "is no collector cannot be run (IOException): name the collector's program",
        "policy",
        "render",
        EXAMPLE,
        "--collector",
        old,
        "--collector-binary",
        "/this is no collector",
        "--with",
        broken);
    refused(
        "--collector-binary: needs --collector, and --with for each file",
        "policy",
        "render",
        EXAMPLE,
        "--collector",
        old,
        "--collector-binary",
        "/bin/true");
    refused("nothing to write: name --collector", "policy", "render", EXAMPLE);
    refused("is named twice", "policy", "render", EXAMPLE, "--collector", old, "--rules", old);
    refused("no file that could be replaced", "policy", "render", EXAMPLE, "--rules", "/dev/null");
    refused(
        "(NoSuchFileException): name a file in a folder that is there",
        "policy",
        "render",
        EXAMPLE,
        "--collector",
        old,
        "--rules",
        folder.resolve("no/rules"));
    Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "read:\n  - {path: [/m]}\n");
    refused(
        wrong + ":2: read.path: unknown field: did you mean paths?",
        "policy",
        "render",
        wrong,
        "--collector",
        old,
        "--rules",
        rules);
    refused(wrong + ":2: read.path: unknown field", "policy", "check", wrong);
    assertThat(old).hasContent("old");
    assertThat(rules).hasContent("old rules");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(old, rules, broken, wrong);
    }
  }

  /**
   * The committed files allow nobody and know nobody; then readers are learned from real output.
   */
  @Test
  void learnedReaders_areKnownToTheCollectorAndNoOthers() throws IOException {
    Event known =
        new Event(
            "known",
            Map.of(
                "k8s.namespace.name", "llm",
                "modelwarden.workload.kind", "deployment",
                "modelwarden.workload.name", "vllm"),
            Map.of(
                "modelwarden.operation.name", "mmap",
                "modelwarden.process.origin", "entrypoint",
                "modelwarden.model.name", "a\"b'$${env:HOME}",
                "process.executable.path", "/usr/bin/py thon"));
    List<String> committed =
        List.of(
            "new_reader_learned",
            "unauthorised_reader_policy",
            "host_reader_policy",
            "read_then_egress_policy",
            "memory_read_policy",
            "read_after_load_policy");
    Path first = Files.createDirectory(folder.resolve("first"));
    try (PolicyTrial trial = new PolicyTrial(first, committed, List.of("learned.yaml"))) {
      trial.send(List.of(known));
      for (String processor : committed) {
        assertThat(trial.passed(processor)).as(processor).containsExactly("known");
      }
    }
    Path set = folder.resolve("readers.yaml");
    Path learned = folder.resolve("learned.yaml");
    assertThat(
            good(
                "policy",
                "learn",
                first.resolve("spans.jsonl"),
                "--set",
                set,
                "--collector",
                learned))
        .contains(
            "new: llm /usr/bin/py thon of deployment/vllm (entrypoint) read a\"b'$${env:HOME}")
        .contains("1 accesses of models, 0 left out");
    String once = Files.readString(learned);
    assertThat(good("policy", "learn", "--set", set, "--collector", learned)).doesNotContain("new");
    assertThat(learned).hasContent(once);

    Path second = Files.createDirectory(folder.resolve("second"));
    try (PolicyTrial trial =
        new PolicyTrial(second, committed.subList(0, 1), List.of(learned.toString()))) {
      trial.send(
          List.of(
              known,
              known.with("program", "process.executable.path", "/usr/bin/python"),
              known.with("model", "modelwarden.model.name", "a\"b'$${env:USER}"),
              known.with("origin", "modelwarden.process.origin", "exec"),
              known.of("workload", "modelwarden.workload.name", "other")));
      assertThat(trial.passed("new_reader_learned"))
          .isEqualTo(Set.of("program", "model", "origin", "workload"));
    }
  }

  /** Label values come out of Prometheus' own evaluation as they went in. */
  @Test
  void hostileNames_areLabelsAndNothingElse() throws IOException {
    StringBuilder manifest = new StringBuilder("read:\n");
    StringBuilder samples = new StringBuilder();
    List<String> texts =
        List.of(
            "a\"b", "a\\", "a'b", "''", "$x", "{{ $value }}", "a: #b", "\"} or vector(1) #", "é");
    for (String text : texts) {
      String quoted = '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
      manifest.append(
          "  - {host: true, workload: %s, executables: [/a], paths: [/b]}\n"
              .formatted(quoted.replaceFirst("\"", "\"executable/")));
      String series =
          "modelwarden:policy:allowed_readers{modelwarden_workload_kind=\"executable\","
              + " modelwarden_workload_name=%s, modelwarden_process_origin=\"host\"}";
      samples.append(
          "          - {labels: '%s', value: 1}\n"
              .formatted(series.formatted(quoted).replace("'", "''")));
    }
    Path file = Files.writeString(folder.resolve("hostile.yaml"), manifest);
    Path rules = folder.resolve("hostile.rules.yaml");
    good("policy", "render", file, "--rules", rules);
    promtool("check", "rules", "--lint=all", rules);
    Path test =
        Files.writeString(
            folder.resolve("hostile.test.yaml"),
            """
            rule_files: [hostile.rules.yaml]
            tests:
              - promql_expr_test:
                  - expr: modelwarden:policy:allowed_readers
                    eval_time: 5m
                    exp_samples:
            """
                + samples.toString().indent(4)
                + """
                      - expr: '{__name__=~"modelwarden:policy:.*", __name__!="modelwarden:policy:allowed_readers"}'
                        eval_time: 5m
                """);
    promtool("test", "rules", test);
  }

  private static String good(Object... arguments) {
    Programs.Ended ended = run(arguments);
    assertThat(ended.code()).as(ended.output()).isZero();
    return ended.output();
  }

  private static void refused(String word, Object... arguments) {
    Programs.Ended ended = run(arguments);
    assertThat(ended.code()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output().lines()).as(ended.output()).hasSize(1);
    assertThat(ended.output()).startsWith("modelwarden: ").contains(word);
  }

  private static Object[] render(Path manifest, Path collector, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "policy",
                "render",
                manifest,
                "--collector",
                collector,
                "--collector-binary",
                Programs.collector()));
    for (String file :
        List.of("base.yaml", "detection/memory-read.yaml", "policy.yaml", "backends/file.yaml")) {
      arguments.addAll(List.of("--with", RunningCollector.CONFIGURATION.resolve(file)));
    }
    arguments.addAll(List.of(more));
    return arguments.toArray();
  }

  private static Programs.Ended run(Object... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "MODELWARDEN_RULE_COLLECTOR_ID=test",
                "MODELWARDEN_RULE_OUTPUT=/tmp",
                "java",
                "-Xmx40m",
                "-jar",
                Programs.REPOSITORY.resolve("exporter/target/modelwarden.jar").toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return Programs.run(command);
  }

  private static void promtool(Object... arguments) {
    List<String> command =
        new ArrayList<>(List.of(Programs.prometheusFolder().resolve("promtool").toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("SUCCESS");
  }

  private static Path golden(String name) {
    return Programs.REPOSITORY.resolve("exporter/src/test/resources/policy/" + name);
  }
}
