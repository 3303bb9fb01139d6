// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged agent by its launcher, as it runs on a node, with its port on the loopback. */
final class RunningAgent implements AutoCloseable {

  private final String address = "127.0.0.1:" + Programs.freePort();
  private final Path socket;
  private final Path state;
  private final Process process;
  private final Path log;

  /**
   * Starts it and waits until it is ready.
   *
   * @param folder gets its configuration and its log
   * @param configuration YAML
   * @param environment more variables, such as OTEL_EXPORTER_OTLP_ENDPOINT
   */
  RunningAgent(Path folder, String configuration, Map<String, String> environment)
      throws IOException {
    Path file = folder.resolve("modelwarden.yaml");
    Files.writeString(file, configuration);
    ProcessBuilder builder =
        new ProcessBuilder(
            Programs.REPOSITORY.resolve("exporter/bin/modelwarden").toString(),
            "run",
            "--config",
            file.toString());
    builder.environment().put("MODELWARDEN_HTTP_LISTEN", address);
    socket = folder.resolve("run/agent.sock");
    builder.environment().put("MODELWARDEN_TOP_SOCKET", socket.toString());
    state = folder.resolve("run/state");
    builder.environment().put("MODELWARDEN_STATE_FILE", state.toString());
    builder.environment().putAll(environment);
    log = folder.resolve("agent.log");
    process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      RunningCollector.await(
          "the agent's start", () -> RunningCollector.answers("http://" + address + "/readyz"));
    } catch (AssertionError late) {
      close();
      throw new AssertionError(Files.readString(log), late);
    }
  }

  /** Host and port of its HTTP endpoint. */
  String address() {
    return address;
  }

  /** Where {@code modelwarden top} asks it. */
  Path socket() {
    return socket;
  }

  /** What it leaves to the next one. */
  Path state() {
    return state;
  }

  long pid() {
    return process.pid();
  }

  /** Whether it still runs, and the last of what it said. */
  String lastWords(int lines) throws IOException {
    List<String> said = Files.readAllLines(log);
    return "agent %s: %s"
        .formatted(
            process.isAlive() ? "runs" : "has ended with " + process.exitValue(),
            said.subList(Math.max(0, said.size() - lines), said.size()));
  }

  /** Resident memory now. */
  long rssKilobytes() {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException gone) {
      throw new AssertionError("the agent has ended", gone);
    }
  }

  /** Sends SIGTERM. @return the exit code */
  int terminate() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new AssertionError("the agent did not end within 10 s of SIGTERM");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
    return process.exitValue();
  }

  /** By SIGKILL: it can write nothing more. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    Programs.end(process);
  }
}
