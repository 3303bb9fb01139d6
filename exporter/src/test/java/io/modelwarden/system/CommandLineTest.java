// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The packaged agent as a user starts it: answers, exit codes and one-line errors. */
@Tag("system")
class CommandLineTest {

  private static final String JAR =
      Programs.REPOSITORY.resolve("exporter/target/modelwarden.jar").toString();

  @Test
  void doctor_attachesEveryProbe() {
    Programs.Ended ended = agent("doctor");
    assertThat(ended.code()).as(ended.output()).isZero();
    assertThat(ended.output().lines().filter(line -> line.contains("  probe "))).hasSize(25);
    assertThat(ended.output().lines().filter(line -> line.contains("  probe ")))
        .allMatch(line -> line.startsWith("ok"));
  }

  @Test
  void doctorAsJson_isReadByMachines() throws IOException {
    Programs.Ended ended = agent("doctor", "--output", "json");
    JsonNode checks = new ObjectMapper().readTree(ended.output());
    assertThat(checks.findValuesAsText("name")).contains("kernel", "capabilities", "lockdown");
    assertThat(checks.findValuesAsText("status")).isSubsetOf("ok", "warn");
  }

  @Test
  void doctorWithWrongConfiguration_endsWithOne() {
    Programs.Ended ended = with(List.of("MODELWARDEN_HTTP_LISTEN=nowhere"), "doctor");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.output()).contains("MODELWARDEN_HTTP_LISTEN: http.listen: 'nowhere' needs");
  }

  @Test
  void argumentOverTwoLines_isShownOnOne() {
    refused(agent("run", "x\ny"), 1, "x\\x0ay");
  }

  @Test
  void version_namesWhatRuns() {
    assertThat(agent("version").output()).contains("modelwarden 0.1").contains("schema      0.1");
  }

  @Test
  void wrongArgument_endsWithOneLine() {
    refused(agent("run", "--confg", "x"), 1, "Unknown option");
  }

  @Test
  void topWithoutAnAgent_namesSocketAndRemedy() {
    refused(
        agent("top", "--once", "--socket", "/does/not/exist"), 3, "/does/not/exist is not there");
    refused(with(List.of("MODELWARDEN_TOP_SOCKET="), "top"), 1, "top.socket: is set to nothing");
    refused(agent("top", "--interval", "0"), 1, "--interval: 0.0 is not from 0.5 to 3600");
    refused(
        agent("top", "--sort", "size"), 1, "'size' is no column: use one of state, model, file");
  }

  @Test
  void missingConfiguration_endsWithOneLine() {
    refused(agent("run", "--config", "/does/not/exist.yaml"), 1, "/does/not/exist.yaml");
  }

  @Test
  void portInUse_endsBeforeAnythingIsAttached() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Programs.Ended ended =
          with(
              List.of(
                  "MODELWARDEN_HTTP_LISTEN=127.0.0.1:" + taken.getLocalPort(),
                  "MODELWARDEN_TOP_SOCKET="),
              "run");
      refused(ended, 1, "http.listen");
    }
  }

  @Test
  void withoutPrivileges_theRemedyIsNamed() {
    List<String> command =
        List.of(
            "setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "java", "-jar", JAR, "run");
    refused(Programs.run(command), 2, "capabilities");
  }

  @Test
  void sigterm_endsTheAgentGoodInFiveSeconds() throws Exception {
    Process agent =
        new ProcessBuilder(
                "env",
                "MODELWARDEN_HTTP_LISTEN=127.0.0.1:0",
                "MODELWARDEN_TOP_SOCKET=/proc/read-only/agent.sock", // it goes without
                "java",
                "-jar",
                JAR,
                "run")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(agent.getInputStream(), UTF_8))) {
      assertThat(
              output
                  .lines()
                  .anyMatch(line -> line.matches(".*watching with (\\d+) of \\1 probes.*")))
          .isTrue();
      agent.destroy();
      assertThat(agent.waitFor(6, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(agent.exitValue()).isZero();
  }

  private static void refused(Programs.Ended ended, int code, String word) {
    assertThat(ended.code()).as(ended.output()).isEqualTo(code);
    assertThat(ended.output().lines()).as(ended.output()).hasSize(1);
    assertThat(ended.output()).startsWith("modelwarden: ").contains(word);
  }

  private static Programs.Ended agent(String... arguments) {
    return with(List.of(), arguments);
  }

  private static Programs.Ended with(List<String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(environment);
    command.addAll(List.of("java", "-jar", JAR));
    command.addAll(List.of(arguments));
    return Programs.run(command);
  }
}
