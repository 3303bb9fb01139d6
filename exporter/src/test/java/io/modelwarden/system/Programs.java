// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.system;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs that system tests run, as the set-up scripts find or build them. */
public final class Programs {

  public static final Path REPOSITORY =
      Path.of(System.getProperty("modelwarden.repository", "..")).toAbsolutePath().normalize();

  /** What a program said, and how it ended. */
  public record Ended(int code, String output) {}

  private Programs() {}

  static String collector() {
    return printedBy("scripts/collector.sh");
  }

  static Path prometheusFolder() {
    return Path.of(printedBy("scripts/prometheus.sh"));
  }

  /** A Python with the real loaders of models. */
  static String loaders() {
    return printedBy("scripts/loaders.sh");
  }

  /**
   * Runs a program to its end; its errors are in the output too. They come over a file: by a pipe
   * from a thief this process would hold the model as well, and all that it starts.
   */
  public static Ended run(List<String> command) {
    try {
      Path output = Files.createTempFile("modelwarden", ".out");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new Ended(
            process.waitFor(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
      } finally {
        Files.delete(output);
      }
    } catch (IOException failure) {
      throw new AssertionError("cannot run " + command, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + command, interrupted);
    }
  }

  /** Runs an act of bpf/tests/acts to its good end. */
  public static void act(String name, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(REPOSITORY.resolve("bpf/build/acts/" + name).toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Ended ended = run(command);
    if (ended.code() != 0) {
      throw new AssertionError(command + " " + ended.output());
    }
  }

  /**
   * Ends a program that a test has started, with all that it has started, and waits for its end.
   */
  /** What a file holds now; nothing if it is not there. */
  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException none) {
      return "";
    }
  }

  static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new AssertionError("no free port", none);
    }
  }

  /** What a script of the repository prints: a path. */
  public static String printedBy(String script) {
    Ended ended = run(List.of("bash", "-c", REPOSITORY.resolve(script) + " 2>/dev/null"));
    if (ended.code() != 0) {
      throw new AssertionError(script + " failed: run it by hand to see why");
    }
    return ended.output().strip();
  }
}
