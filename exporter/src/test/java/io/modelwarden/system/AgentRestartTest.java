// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static io.modelwarden.system.ExportedTotals.attribute;
import static io.modelwarden.system.PublicNamespace.OUTSIDE;
import static io.modelwarden.system.Stage.MODEL_BYTES;
import static io.modelwarden.system.Stage.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packaged agent ends and another one starts: who holds a model is known again, and what he
 * sends is a finding.
 */
@Tag("system")
class AgentRestartTest {

  private static final int PORT = 4499;

  @TempDir static Path folder;
  private static PublicNamespace outside;
  private static Stage stage;

  @BeforeAll
  static void start() throws IOException {
    outside = new PublicNamespace(folder);
    Path sink = Programs.REPOSITORY.resolve("bpf/build/acts/sink");
    outside.serve(PORT, sink + " tcp " + OUTSIDE + " " + PORT + " --connections 100");
    stage = new Stage(folder, "");
  }

  @AfterAll
  static void stop() {
    stage.close();
    outside.close();
  }

  /** An act that has done the first half of its theft. */
  private static final class Waiter implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    Waiter(Path model, String... more) throws IOException {
      this(
          List.of(),
          Programs.REPOSITORY.resolve("bpf/build/acts/send_later"),
          model,
          List.of(more));
    }

    Waiter(List<String> before, Path act, Path model, List<String> more) throws IOException {
      List<String> command = new ArrayList<>(before);
      command.addAll(List.of(act.toString(), model.toString(), OUTSIDE, "" + PORT));
      command.add(String.valueOf(MODEL_BYTES));
      command.addAll(more);
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      output = process.inputReader();
      long read = more.contains("--open") ? 0 : MODEL_BYTES;
      assertThat(output.readLine()).endsWith(" read=" + read);
    }

    /** Sends all that it has. */
    void send() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(output.readLine()).contains(" bytes=" + MODEL_BYTES + " ");
      assertThat(process.onExit().join().exitValue()).isZero();
    }

    @Override
    public void close() {
      Programs.end(process);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoHasReadAndClosedIt_isKnownToTheNextAgent(boolean killed) throws IOException {
    Path model = stage.model("closed");
    try (Waiter thief = new Waiter(model)) {
      RunningCollector.await("the reading", () -> stage.read(model) == MODEL_BYTES);
      if (killed) {
        RunningCollector.await("the note of it", () -> isNoted(model));
        stage.agent().kill();
      } else {
        assertThat(stage.agent().terminate()).isZero();
        assertThat(isNoted(model)).isTrue();
      }
      stage.startAgent();
      thief.send();
    }
    assertStolen(model, 0);
    assertThat(stage.log()).doesNotContain("state.file");
  }

  @Test
  void whoHasItOpenOnly_isFoundByTheAgentThatStarts() throws IOException {
    Path model = stage.model("open");
    stage.agent().terminate();
    try (Waiter thief = new Waiter(model, "--open")) {
      stage.startAgent();
      thief.send();
    }
    assertStolen(model, 1);
    assertThat(stage.read(model)).isZero();
  }

  /** He took it with the others: nobody saw how. */
  @Test
  void whoSharesAContainerWithOne_isMarkedToo_andNobodyElse() throws IOException {
    Path model = stage.model("container");
    Path other = stage.model("other");
    stage.agent().terminate();
    Path container = Stage.pids().resolve("docker").resolve("ab".repeat(32));
    Files.createDirectories(container);
    List<String> inside =
        List.of(
            Programs.REPOSITORY.resolve("bpf/build/acts/in_cgroup").toString(),
            container.toString());
    Path act = Programs.REPOSITORY.resolve("bpf/build/acts/send_later");
    try (Waiter server = new Waiter(inside, act, model, List.of("--open"));
        Waiter thief = new Waiter(inside, act, stage.model("unrelated"), List.of());
        Waiter innocent = new Waiter(other)) {
      assertThat(server).isNotNull();
      stage.startAgent();
      RunningCollector.await("the marks", () -> noted(model) == 2);
      thief.send();
      innocent.send();
      assertStolen(model, 0);
      assertThat(stage.total("modelwarden.network.io", nameOf(other))).isZero();
    } finally {
      RunningCollector.await("an empty container", () -> container.toFile().delete());
    }
  }

  /** A declared blind spot. */
  @Test
  void whatIsReadWhileNoAgentRuns_isNotKnown() throws IOException {
    Path model = stage.model("unseen");
    Path seen = stage.model("seen");
    stage.agent().terminate();
    try (Waiter thief = new Waiter(model);
        Waiter open = new Waiter(seen, "--open")) {
      stage.startAgent();
      thief.send();
      open.send();
      assertStolen(seen, 1);
      assertThat(stage.total("modelwarden.network.io", nameOf(model))).isZero();
    }
  }

  @Test
  void damagedNotes_areSaidOnce_andReplaced() throws IOException {
    stage.agent().terminate();
    Files.writeString(stage.agent().state(), "modelwarden holders 1\nboot");
    stage.startAgent();
    assertThat(stage.log().lines().filter(line -> line.contains("state.file:")))
        .singleElement()
        .asString()
        .contains("is damaged: processes that closed a model before this start are not known");
    RunningCollector.await("the count of it", () -> losses("state_unread") == 1);
    Path model = stage.model("after");
    try (Waiter reader = new Waiter(model)) {
      RunningCollector.await("new notes", () -> isNoted(model));
      reader.send();
    }
  }

  @Test
  void folderThatOthersCanWrite_isNeitherBelievedNorUsed() throws IOException {
    stage.agent().terminate();
    Path own = stage.agent().state().getParent();
    Path state = stage.agent().state();
    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.copy(state, foreign.resolve("state"));
    Path model = stage.model("foreign");
    try (RunningAgent agent =
        new RunningAgent(
            Files.createDirectory(folder.resolve("another")),
            "state: {file: " + foreign.resolve("state") + "}",
            java.util.Map.of("MODELWARDEN_STATE_FILE", foreign.resolve("state").toString()))) {
      try (Waiter reader = new Waiter(model)) {
        String log = folder.resolve("another/agent.log").toString();
        RunningCollector.await(
            "two words on it",
            () -> Programs.text(Path.of(log)).split("state.file: ", -1).length == 3);
        assertThat(Programs.text(Path.of(log)))
            .contains("which can be written by others")
            .contains("cannot be written");
        assertThat(foreign.toFile().list()).containsExactly("state");
        reader.send();
      }
      assertThat(agent.terminate()).isZero();
    }
    assertThat(own).isDirectory();
    stage.startAgent();
  }

  private static void assertStolen(Path file, long files) {
    String model = nameOf(file);
    RunningCollector.await(
        "the egress of " + model,
        () -> stage.total("modelwarden.network.io", model) >= MODEL_BYTES);
    stage.settle(model);
    List<JsonNode> spans = stage.spans("send tcp", model);
    assertThat(spans.stream().mapToLong(EgressSpan::sent).sum()).isEqualTo(MODEL_BYTES);
    JsonNode last = spans.get(spans.size() - 1);
    assertThat(EgressSpan.of(last))
        .isEqualTo(
            new EgressSpan(
                3,
                "send_later",
                "initiated",
                "public",
                OUTSIDE,
                String.valueOf(PORT),
                "ipv4",
                MODEL_BYTES,
                MODEL_BYTES,
                files,
                "recovered"));
    assertThat(attribute(last, "modelwarden.transmit.total").asLong())
        .isGreaterThanOrEqualTo(MODEL_BYTES);
    assertThat(stage.findings(model)).isNotEmpty();
  }

  private static boolean isNoted(Path model) {
    return noted(model) > 0;
  }

  /** Processes that are noted as holders of this model. */
  private static long noted(Path model) {
    return Programs.text(stage.agent().state())
        .lines()
        .filter(line -> line.endsWith(" " + nameOf(model)))
        .count();
  }

  private static long losses(String reason) {
    return stage.total("modelwarden.agent.losses", reason);
  }
}
