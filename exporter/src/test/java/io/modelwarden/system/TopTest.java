// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged agent looked at by {@code modelwarden top} while a model is stolen. */
@Tag("system")
class TopTest {

  private static final Path JAR = Programs.REPOSITORY.resolve("exporter/target/modelwarden.jar");
  private static final String JAVA = ProcessHandle.current().info().command().orElseThrow();
  private static final int MODEL_BYTES = 4_000_000;
  private static final int STOLEN_BYTES = 3_000_000;

  @TempDir static Path folder;
  private static RunningAgent agent;
  private Path model;
  private String name;
  private Process sink;
  private int port;
  private Process thief;

  @BeforeAll
  static void startTheAgent() throws IOException {
    agent = new RunningAgent(folder, "", Map.of("OTEL_TRACES_EXPORTER", "none"));
  }

  @AfterAll
  static void endTheAgent() {
    agent.close();
  }

  @BeforeEach
  void stealAModel() throws IOException {
    name = "acme-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    model = folder.resolve(name + ".safetensors");
    Programs.run(act("make_model", model, MODEL_BYTES));
    sink = start("sink", "tcp", "127.0.0.1", 0);
    port = Integer.parseInt(line(sink).substring("port=".length()));
    thief =
        start(
            "read_and_send",
            "tcp",
            model,
            "127.0.0.1",
            port,
            100_000,
            STOLEN_BYTES,
            1,
            "--wait-after");
    assertThat(line(thief)).contains("bytes=" + STOLEN_BYTES);
  }

  @AfterEach
  void end() {
    Programs.end(thief);
    Programs.end(sink);
  }

  @Test
  void asJson_modelFileReaderExactBytesShareAndPeerAreNamed() throws IOException {
    JsonNode reader = settled();
    assertThat(reader.path("executable").asText()).isEqualTo("read_and_send");
    assertThat(reader.path("ended").asBoolean()).isFalse();
    assertThat(reader.at("/sent/bytes").asLong()).isEqualTo(STOLEN_BYTES);
    assertThat(reader.at("/sent/peer").asText()).isEqualTo("127.0.0.1");
    assertThat(reader.at("/sent/port").asInt()).isEqualTo(port);
    assertThat(reader.at("/sent/scope").asText()).isEqualTo("loopback");
    assertThat(reader.path("readings")).hasSize(1);
    JsonNode reading = reader.at("/readings/0");
    assertThat(reading.at("/model/name").asText()).isEqualTo(name);
    assertThat(reading.at("/model/sizeBytes").asLong()).isEqualTo(MODEL_BYTES);
    assertThat(reading.path("file").asText()).isEqualTo(model.toString());
    assertThat(reading.path("bytes").asLong()).isEqualTo(STOLEN_BYTES);
    assertThat(reading.path("share").asDouble()).isEqualTo(0.75);
    JsonNode state = document().path("agent");
    assertThat(state.path("probesAttached").asInt())
        .isEqualTo(state.path("probes").asInt())
        .isPositive();
    assertThat(state.path("pid").asLong()).isEqualTo(agent.pid());

    Programs.end(thief);
    RunningCollector.await("its end", () -> reader().path("ended").asBoolean());
    assertThat(reader().at("/readings/0/bytes").asLong()).isEqualTo(STOLEN_BYTES);
  }

  @Test
  void asTable_itHasNoEscapeSequence_alsoOfAHostileName() throws IOException {
    Path hostile = folder.resolve("\u001b[2Jx\u009b31m\n" + name + ".safetensors");
    Programs.run(act("make_model", hostile, MODEL_BYTES));
    Programs.run(act("read_file", "read", hostile, 100_000));
    settled();
    RunningCollector.await("the hostile name", () -> table().contains("\\u001b[2Jx\\u009b31m\\n"));

    assertThat(table().lines())
        .allMatch(line -> line.codePoints().noneMatch(Character::isISOControl));
    assertThat(table().lines().filter(line -> line.contains(" " + thief.pid() + " ")))
        .singleElement()
        .asString()
        .containsPattern(
            "^[SRH] +%s +%s .* read_and_send +%d +read_and_send +host +3.0 MB +75%% .* 3.0 MB +127.0.0.1:%d +loopback"
                .formatted(
                    Pattern.quote(name), Pattern.quote(model.toString()), thief.pid(), port));
  }

  @Test
  void anotherUser_isNotTold() throws IOException {
    Path open = Files.createTempDirectory("modelwarden-top");
    try {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path jar = Files.copy(JAR, open.resolve("modelwarden.jar"));
      Programs.Ended ended =
          Programs.run(
              act(
                  "as_user",
                  65534,
                  JAVA,
                  "-jar",
                  jar,
                  "top",
                  "--once",
                  "--socket",
                  agent.socket()));
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.output().lines())
          .containsExactly(
              "modelwarden: "
                  + agent.socket()
                  + " is for the agent's user only, because it tells who reads which model: run this as that user, such as root");
    } finally {
      Files.deleteIfExists(open.resolve("modelwarden.jar"));
      Files.delete(open);
    }
  }

  @Test
  void aSecondAgentOnTheSocket_isRefusedBeforeAnythingIsAttached() {
    Programs.Ended ended =
        Programs.run(
            List.of(
                "env",
                "MODELWARDEN_HTTP_LISTEN=127.0.0.1:0",
                "MODELWARDEN_TOP_SOCKET=" + agent.socket(),
                JAVA,
                "-jar",
                JAR.toString(),
                "run"));
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.output().strip())
        .isEqualTo(
            "modelwarden: top.socket: "
                + agent.socket()
                + " is that of another agent that is running: end that, or give this one another");
    assertThat(table()).contains(name);
  }

  @Test
  void onATerminal_itEndsByKeyByInterruptAndByItsInput_andLeavesTheTerminalAsItWas()
      throws IOException {
    for (String key : List.of("q", "\u0003", "\u0004", "/acme\rq")) {
      String output = onTerminal(key);
      List<String> modes =
          output.lines().filter(line -> line.startsWith("mode ")).map(String::strip).toList();
      assertThat(modes).as(output).hasSize(2);
      assertThat(modes.get(1)).isEqualTo(modes.get(0));
      assertThat(output).contains("\u001b[?1049h").contains("\u001b[?25l").contains("code 0");
      assertThat(output.lastIndexOf("\u001b[?1049l")).isGreaterThan(output.lastIndexOf("READER"));
    }
  }

  /** What a terminal of 80 columns gets until the key has ended the program. */
  private String onTerminal(String key) throws IOException {
    String top = "%s -jar %s top --socket %s".formatted(JAVA, JAR, agent.socket());
    String session =
        "trap : INT; stty cols 80 rows 24; echo mode $(stty -g); "
            + top
            + "; echo code $?; echo mode $(stty -g)";
    ProcessBuilder builder =
        new ProcessBuilder("script", "--quiet", "--command", session, "/dev/null");
    builder.environment().put("TERM", "xterm-256color");
    builder.environment().put("SHELL", "/bin/sh");
    Process terminal = builder.redirectErrorStream(true).start();
    StringBuilder output = new StringBuilder();
    InputStream screen = terminal.getInputStream();
    boolean pressed = false;
    byte[] buffer = new byte[4096];
    for (int read = screen.read(buffer); read >= 0; read = screen.read(buffer)) {
      output.append(new String(buffer, 0, read, UTF_8));
      if (!pressed && output.indexOf("LAST PEER") >= 0) {
        pressed = true;
        terminal.getOutputStream().write(key.getBytes(UTF_8));
        terminal.getOutputStream().flush();
        // A shell's background job ignores interrupts, and so does all that it starts.
        CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS).execute(terminal::destroyForcibly);
      }
    }
    Programs.end(terminal);
    return output.toString();
  }

  /** The thief, once all that it did is counted. */
  private JsonNode settled() {
    RunningCollector.await(
        "the thief in top",
        () ->
            reader().at("/readings/0/bytes").asLong() >= STOLEN_BYTES
                && reader().at("/sent/bytes").asLong() >= STOLEN_BYTES);
    return reader();
  }

  private JsonNode reader() {
    for (JsonNode reader : document().path("readers")) {
      if (reader.path("pid").asLong() == thief.pid()) {
        return reader;
      }
    }
    return document().path("none");
  }

  private JsonNode document() {
    String output = top("--output", "json");
    assertThat(output.lines()).hasSize(1);
    try {
      return new ObjectMapper().readTree(output);
    } catch (IOException wrong) {
      throw new AssertionError(output, wrong);
    }
  }

  private String table() {
    return top();
  }

  private String top(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                JAVA,
                "-jar",
                JAR.toString(),
                "top",
                "--once",
                "--socket",
                agent.socket().toString()));
    command.addAll(Arrays.asList(arguments));
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).as(ended.output()).isZero();
    return ended.output();
  }

  private static List<String> act(String act, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Programs.REPOSITORY.resolve("bpf/build/acts/" + act).toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  private static Process start(String act, Object... arguments) throws IOException {
    return new ProcessBuilder(act(act, arguments)).redirectErrorStream(true).start();
  }

  private static String line(Process act) throws IOException {
    BufferedReader output = act.inputReader(UTF_8);
    String line = output.readLine();
    return line == null ? "" : line;
  }
}
