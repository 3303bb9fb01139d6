// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The main job on real parts: packaged agent, collector with all lanes, Prometheus, thefts. */
@Tag("system")
class DemoTest {

  private static final String DEMO = Programs.REPOSITORY.resolve("scripts/demo.sh").toString();
  private static final int WIDTH = 80;

  /** Whatever its end was. */
  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(Path.of("/run/netns/modelwarden-demo")).doesNotExist();
    try (Stream<Path> cgroups = Files.walk(Path.of("/sys/fs/cgroup"), 2)) {
      assertThat(cgroups.map(Path::toString)).noneMatch(path -> path.contains("modelwarden-demo"));
    }
    assertThat(programs()).isEmpty();
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("modelwarden-demo."));
    }
  }

  private static List<String> programs() {
    return ProcessHandle.allProcesses()
        .flatMap(process -> process.info().commandLine().stream())
        .filter(command -> command.contains("/modelwarden-demo."))
        .toList();
  }

  @Test
  void everyLane_findsItsActAndNoOther_andItsAlertFires() {
    Programs.Ended demo = Programs.run(List.of(DEMO));
    assertThat(demo.code()).as(demo.output()).isZero();
    assertThat(demo.output().lines().dropWhile(line -> !line.startsWith("act ")))
        .as(demo.output())
        .startsWith(
            "act                 bytes finding             severity alert",
            "-".repeat(79),
            "server serves 200,000,000 none                         none",
            "backup        200,000,000 none                         none",
            "notebook      120,000,000 unauthorised_reader high     ModelwardenFinding",
            "                          new_reader          medium   ModelwardenFinding",
            "converter       5,000,000 new_reader          medium   ModelwardenFinding",
            "plug-in sends  60,000,000 read_then_egress    critical ModelEgressBudgetWarning",
            "worker reads  200,000,000 read_after_load     high     ModelReadExceedsSize",
            "exec session   16,777,216 exec_copy           critical ModelExecCopy",
            "                          unauthorised_reader high     ModelwardenFinding",
            "                          new_reader          medium   ModelwardenFinding",
            "… by whom?       2 events audit.exec                   mallory@acme.example",
            "memory copied 150,000,000 memory_read         critical ModelMemoryRead",
            "shell on node  40,000,000 host_reader         critical ModelHostReader",
            "                          unauthorised_reader high     ModelwardenFinding",
            "                          new_reader          medium   ModelwardenFinding",
            "-".repeat(79));
    assertThat(demo.output()).contains("├─ send tcp").contains("to 203.0.113.10:4433 (public)");
    assertThat(demo.output().lines()).allMatch(line -> line.length() <= WIDTH);
  }

  @Test
  void interrupted_clearsTheStage() throws Exception {
    Process demo = new ProcessBuilder(DEMO).redirectErrorStream(true).start();
    try (BufferedReader output = demo.inputReader(UTF_8)) {
      assertThat(output.lines().anyMatch(line -> line.startsWith("3. "))).isTrue();
      assertThat(Path.of("/run/netns/modelwarden-demo")).exists();
      assertThat(new ProcessBuilder("kill", "-INT", "" + demo.pid()).start().waitFor()).isZero();
      output.lines().forEach(line -> {});
    }
    assertThat(demo.waitFor()).isEqualTo(130);
  }

  /** What it has started ends with it; the rest goes with the next one. */
  @Test
  void killed_isClearedByTheNextOne() throws Exception {
    Process demo = new ProcessBuilder(DEMO).redirectErrorStream(true).start();
    try (BufferedReader output = demo.inputReader(UTF_8)) {
      assertThat(output.lines().anyMatch(line -> line.startsWith("3. "))).isTrue();
      demo.destroyForcibly().waitFor();
    }
    RunningCollector.await("the end of all programs", () -> programs().isEmpty());
    withoutAPart_saysWhichAndClearsTheStage();
  }

  @Test
  void withoutAPart_saysWhichAndClearsTheStage() {
    Programs.Ended demo = Programs.run(List.of(DEMO, "--collector", "/bin/false"));
    assertThat(demo.code()).isEqualTo(1);
    assertThat(demo.output()).contains("error: /bin/false has ended").doesNotContain("Traceback");
  }
}
