// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelwarden.config.ConfigurationException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanReadersTest {

  private static final Map<String, String> POD =
      Map.of(
          "k8s.namespace.name", "llm",
          "k8s.pod.uid", "u",
          "modelwarden.workload.kind", "deployment",
          "modelwarden.workload.name", "vllm");
  private static final Map<String, String> MACHINE =
      Map.of(
          "modelwarden.workload.kind",
          "systemd_unit",
          "modelwarden.workload.name",
          "clamd.service");
  private static final Map<String, String> READ =
      Map.of(
          "modelwarden.operation.name", "read",
          "modelwarden.model.name", "llama",
          "modelwarden.process.origin", "entrypoint",
          "process.executable.path", "/usr/bin/python3.11",
          "container.id", "c");
  private static final Reader VLLM =
      new Reader(
          new Place("llm", "deployment", "vllm"), "llama", "/usr/bin/python3.11", "entrypoint");

  @TempDir Path folder;
  private final LearnedReaders learned = new LearnedReaders();
  private final List<String> added = new ArrayList<>();

  @Test
  void readersOfPodsAndOfTheMachine_areLearnedOnce() throws IOException {
    Map<String, String> host = changed(READ, "modelwarden.process.origin", "host");
    host.remove("container.id");
    Path file =
        write(
            request(POD, READ, READ, changed(READ, "modelwarden.operation.name", "mmap")),
            request(POD, READ, changed(READ, "modelwarden.operation.name", "egress")),
            request(MACHINE, host));
    SpanReaders.Found found = SpanReaders.learn(file, learned, added::add);
    assertThat(found).isEqualTo(new SpanReaders.Found(5, 0, false));
    assertThat(added)
        .containsExactly(
            "llm /usr/bin/python3.11 of deployment/vllm (entrypoint) read llama",
            "host /usr/bin/python3.11 of systemd_unit/clamd.service (host) read llama");
    assertThat(SpanReaders.learn(file, learned, added::add).accesses()).isEqualTo(5);
    assertThat(added).hasSize(2);
  }

  @Test
  void theSet_isReadAgainAsItIsWrittenAndMerged() throws IOException {
    Path set = folder.resolve("set.yaml");
    for (String name : List.of("a'b", "a\"$ {x: y} # z", "日本", "\\n", " a ")) {
      LearnedReaders before = LearnedReaders.load(set);
      int size = before.size();
      Map<String, String> read =
          changed(
              changed(READ, "modelwarden.model.name", name),
              "process.executable.path",
              "/bin/" + name + "*?");
      SpanReaders.learn(write(request(POD, read)), before, reader -> {});
      assertThat(before.size()).isEqualTo(size + 1);
      Files.writeString(set, before.render());
      assertThat(LearnedReaders.load(set).render()).isEqualTo(before.render());
    }
    assertThat(LearnedReaders.load(set).size()).isEqualTo(5);
  }

  @Test
  void whatNoRuleCouldName_isLeftOutAndSaid() throws IOException {
    Map<String, String> container = changed(READ, "modelwarden.process.origin", "host");
    List<String> requests = new ArrayList<>();
    for (String fact : List.of("modelwarden.model.name", "process.executable.path")) {
      requests.add(request(POD, changed(READ, fact, null)));
      requests.add(request(POD, changed(READ, fact, "/a\u202eb")));
      requests.add(request(POD, changed(READ, fact, "")));
    }
    requests.add(request(POD, changed(READ, "modelwarden.process.origin", null)));
    requests.add(request(changed(POD, "k8s.namespace.name", null), READ)); // names were late
    requests.add(request(changed(POD, "modelwarden.workload.name", "a\"b"), READ));
    requests.add(request(MACHINE, container)); // of Docker: its name is gone with it
    requests.add(request(MACHINE, changed(READ, "container.id", null))); // no origin of a machine
    SpanReaders.Found found =
        SpanReaders.learn(write(requests.toArray(String[]::new)), learned, added::add);
    assertThat(found).isEqualTo(new SpanReaders.Found(11, 11, false));
    assertThat(added).isEmpty();
  }

  @Test
  void aLineThatIsStillWritten_endsTheFile() throws IOException {
    String request = request(POD, READ);
    for (int end = 1; end < request.length(); end++) {
      LearnedReaders some = new LearnedReaders();
      Path file =
          Files.writeString(
              folder.resolve("cut.jsonl"), request + "\n" + request.substring(0, end));
      assertThat(SpanReaders.learn(file, some, added::add).incomplete()).isTrue();
      assertThat(some.size()).isEqualTo(1);
    }
  }

  @Test
  void aResourceBehindItsSpans_isTheirs() throws IOException {
    String[] parts = request(POD, READ).split("\"scopeSpans\"", 2);
    String resource = parts[0].substring(parts[0].indexOf("\"resource\":"));
    String turned =
        "{\"resourceSpans\":[{\"scopeSpans\""
            + parts[1].substring(0, parts[1].length() - 3)
            + ","
            + resource.substring(0, resource.length() - 1)
            + "}]}";
    SpanReaders.learn(write(turned), learned, added::add);
    assertThat(added).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5|there is VALUE_NUMBER_INT instead of START_OBJECT",
        "{}|there are no resourceSpans",
        "{\"resourceMetrics\":[]}|there are no resourceSpans",
        "{\"resourceSpans\":5}|there is VALUE_NUMBER_INT instead of START_ARRAY",
        "{\"resourceSpans\":[5]}|there is VALUE_NUMBER_INT instead of START_OBJECT",
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":[{\"key\":\"a\",\"value\":5}]}]}]}]}|there is VALUE_NUMBER_INT instead of START_OBJECT",
        "hello|Unrecognized token 'hello'",
      })
  void whatIsNoSpans_isRefusedWithItsLine(String line, String reason) throws IOException {
    Path file = write(request(POD, READ), line);
    assertThatThrownBy(() -> SpanReaders.learn(file, learned, added::add))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(file + ":2: is no line of spans as OTLP in JSON (" + reason)
        .hasMessageEndingWith("): name the spans.jsonl of the file backend")
        .hasMessageNotContaining("\n");
  }

  @Test
  void hugeValuesAndDepths_areRefused() throws IOException {
    Path longName = write(request(POD, changed(READ, "x", "y".repeat(2 << 20))));
    assertThatThrownBy(() -> SpanReaders.learn(longName, learned, added::add))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("exceeds the maximum allowed");
    Path deep = write("{\"x\":" + "[".repeat(100_000));
    assertThatThrownBy(() -> SpanReaders.learn(deep, learned, added::add))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nesting depth");
    Path missing = folder.resolve("missing.jsonl");
    assertThatThrownBy(() -> SpanReaders.learn(missing, learned, added::add))
        .hasMessage(missing + ": cannot be read (NoSuchFileException): check path and permissions");
  }

  @Test
  void tooManyReaders_areNoHabit() throws IOException {
    Path file = folder.resolve("many.jsonl");
    try (BufferedWriter lines = Files.newBufferedWriter(file)) {
      for (int i = 0; i <= 5000; i++) {
        lines.write(request(POD, changed(READ, "process.executable.path", "/bin/" + i)) + "\n");
      }
    }
    assertThatThrownBy(() -> SpanReaders.learn(file, learned, added::add))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("more than 5000 readers");
    assertThat(learned.render().length()).as("can be read again").isLessThan(1 << 20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "readers: [{namespace: llm}]|:1: readers.workload: is missing: a rule needs it",
        "readers: [{namespace: llm, workload: job/a, model: m, executable: b, origin: exec}]|:1: readers.executable: 'b' is no path of a file",
        "readers: [{namespace: llm, workload: job/a, model: m, executable: /b, orgin: exec}]|:1: readers.orgin: unknown field: did you mean origin?",
        "readers: [{namespace: llm, workload: job/a, model: m, executable: /b, origin: x}]|:1: readers.origin: 'x' is not one of entrypoint,",
        "reader: []|:1: reader: unknown field: did you mean readers?",
      })
  void anEditedSet_isHeldToItsRules(String text, String message) throws IOException {
    Path set = Files.writeString(folder.resolve("set.yaml"), text);
    assertThatThrownBy(() -> LearnedReaders.load(set))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(set + message);
  }

  @Test
  void processor_knowsThemByModelProgramAndOrigin() {
    learned.add(VLLM);
    learned.add(new Reader(VLLM.place(), "llama", "/usr/bin/python3.12", "entrypoint"));
    learned.add(new Reader(VLLM.place(), "llama", "/bin/cp", "exec"));
    assertThat(learned.renderProcessor())
        .containsOnlyOnce("span.attributes[\"process.executable.path\"] == \"/bin/cp\"")
        .containsOnlyOnce(
            "IsMatch(span.attributes[\"process.executable.path\"],"
                + " \"^(?:\\\\/usr\\\\/bin\\\\/python3\\\\.11|\\\\/usr\\\\/bin\\\\/python3\\\\.12)$$\")");
  }

  private Path write(String... lines) throws IOException {
    return Files.writeString(folder.resolve("spans.jsonl"), String.join("\n", lines) + "\n");
  }

  /**
   * @param value null to leave it out
   */
  private static Map<String, String> changed(Map<String, String> facts, String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(facts);
    if (value == null) {
      changed.remove(name);
    } else {
      changed.put(name, value);
    }
    return changed;
  }

  @SafeVarargs
  private static String request(Map<String, String> resource, Map<String, String>... spans) {
    List<String> all = new ArrayList<>();
    for (Map<String, String> span : spans) {
      all.add("{\"name\":\"x\",\"attributes\":" + attributes(span) + "}");
    }
    return ("{\"resourceSpans\":[{\"resource\":{\"attributes\":%s},"
            + "\"scopeSpans\":[{\"scope\":{},\"spans\":[%s]}]}]}")
        .formatted(attributes(resource), String.join(",", all));
  }

  private static String attributes(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(
            fact ->
                "{\"key\":\"%s\",\"value\":{\"stringValue\":\"%s\"}}"
                    .formatted(
                        fact.getKey(), fact.getValue().replace("\\", "\\\\").replace("\"", "\\\"")))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
