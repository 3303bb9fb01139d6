// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged agent on a node whose clock jumps: neither does a container stop loading before it
 * is quiet, nor does it begin again afterwards.
 */
@Tag("system")
class ClockJumpTest {

  private static final Path ACTS = Programs.REPOSITORY.resolve("bpf/build/acts");
  private static final Path STEP_CLOCK =
      Programs.REPOSITORY.resolve("bpf/build/preload/step_clock.so");
  private static final int MODEL_BYTES = 20_000_000;
  private static final long READ_BYTES = 4_000_000;
  private static final int GRACE_SECONDS = 20;

  /** Longer than phase.maximum, and than anything else that counts time. */
  private static final int JUMP_SECONDS = 7200;

  @TempDir Path folder;
  private Path model;
  private Path clock;
  private RunningCollector collector;

  @Test
  void jumps_neitherEndNorStartTheLoading() throws IOException {
    model = folder.resolve(Stage.own("clock") + ".safetensors");
    clock = Files.writeString(folder.resolve("clock"), "0");
    Programs.act("make_model", model, MODEL_BYTES);
    String listen = "127.0.0.1:" + Programs.freePort();
    Path container = Stage.pids().resolve("docker").resolve("cd".repeat(32));
    Files.createDirectories(container);
    try (RunningCollector started =
            new RunningCollector(
                folder,
                List.of(
                    "base.yaml", "policy.yaml", "detection/memory-read.yaml", "backends/file.yaml"),
                Map.of("MODELWARDEN_RULE_LISTEN", listen));
        RunningAgent agent =
            new RunningAgent(
                folder,
                "phase: {grace-period: " + GRACE_SECONDS + "s}",
                Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    "http://" + listen,
                    "OTEL_METRIC_EXPORT_INTERVAL",
                    "500",
                    "LD_PRELOAD",
                    STEP_CLOCK.toString(),
                    "STEP_CLOCK",
                    clock.toString()))) {
      collector = started;
      readsAndJumps(container);
      assertThat(agent.terminate()).isZero();
    } finally {
      RunningCollector.await("an empty container", () -> container.toFile().delete());
    }
  }

  private void readsAndJumps(Path container) throws IOException {
    Process server =
        new ProcessBuilder(
                ACTS.resolve("play_container").toString(),
                "start",
                container.toString(),
                "/bin/sh",
                "-c",
                "while read line; do dd if=%s of=/dev/null bs=1000000 count=4 2>/dev/null; echo; done"
                    .formatted(model))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = server.inputReader()) {
      read(server, output);
      awaitBytes("loading", READ_BYTES);
      jump(JUMP_SECONDS);
      read(server, output);
      awaitBytes("loading", 2 * READ_BYTES);
      jump(-JUMP_SECONDS);
      read(server, output);
      awaitBytes("loading", 3 * READ_BYTES);

      pause(GRACE_SECONDS + 5);
      read(server, output);
      awaitBytes("serving", READ_BYTES);
      jump(JUMP_SECONDS);
      read(server, output);
      jump(0);
      read(server, output);
      awaitBytes("serving", 3 * READ_BYTES);
      assertThat(bytes("loading")).isEqualTo(3 * READ_BYTES);
    } finally {
      server.getOutputStream().close();
      server.onExit().join();
    }
  }

  private static void read(Process server, BufferedReader output) throws IOException {
    server.getOutputStream().write('\n');
    server.getOutputStream().flush();
    assertThat(output.readLine()).isEmpty();
  }

  /** The agent looks at any moment: the file is never half written. */
  private void jump(int seconds) throws IOException {
    Files.move(
        Files.writeString(folder.resolve("jump"), String.valueOf(seconds)),
        clock,
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    pause(1); // a poll with the other time
  }

  private void awaitBytes(String phase, long bytes) {
    RunningCollector.await(bytes + " bytes read while " + phase, () -> bytes(phase) == bytes);
  }

  private long bytes(String phase) {
    return ExportedTotals.sum(
        collector,
        "modelwarden.file.io",
        series ->
            series.contains('"' + model.toString() + '"') && series.contains('"' + phase + '"'));
  }

  private static void pause(int seconds) {
    try {
      Thread.sleep(1000L * seconds);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
