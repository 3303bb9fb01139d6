// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.kernel;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs the C programs of bpf/tests/acts and reads what they say they did. */
final class Acts {

  static final Path REPOSITORY = Path.of(System.getProperty("modelwarden.repository", ".."));
  private static final long PATIENCE_SECONDS = 60;
  private static final Set<Long> PORTS = ConcurrentHashMap.newKeySet();

  private Acts() {}

  /** An act that is under way: it has told its truth, or its port, and waits for input. */
  static final class Running implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final BufferedWriter input;
    final Map<String, String> truth;

    private Running(Process process) {
      this.process = process;
      this.output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      this.input =
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
      this.truth = readTruth();
    }

    int pid() {
      return (int) process.pid();
    }

    long number(String key) {
      return Long.decode(truth.get(key));
    }

    Map<String, String> readTruth() {
      try {
        Map<String, String> pairs = new HashMap<>();
        String line = output.readLine();
        for (String pair : (line == null ? "" : line).split(" ")) {
          int equals = pair.indexOf('=');
          if (equals > 0) {
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
          }
        }
        return pairs;
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    /** Lets an act go on that waits for a line, and reads what it tells next. */
    Map<String, String> goOn() {
      try {
        input.write("\n");
        input.flush();
      } catch (IOException ended) {
        throw new UncheckedIOException(ended);
      }
      return readTruth();
    }

    /** Waits for its end. */
    int exitCode() {
      waitFor(process);
      return process.exitValue();
    }

    /** Ends its input and waits for its end. */
    @Override
    public void close() {
      try {
        input.close();
      } catch (IOException ignored) {
        // it has ended already
      }
      waitFor(process);
    }
  }

  /** Where an act lies, for acts that run another. */
  static Path path(String act) {
    return REPOSITORY.resolve("bpf/build/acts/" + act).toAbsolutePath();
  }

  static Running start(String act, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(path(act).toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Running running = startCommand(command.toArray(String[]::new));
    if (!act.equals("sink") || isNewPort(running)) {
      return running;
    }
    running.close();
    return start(act, arguments);
  }

  /** The kernel gives a port again, and what was sent to it is asked for by its number. */
  private static boolean isNewPort(Running sink) {
    long port = sink.number("port");
    return port == 0 || PORTS.add(port);
  }

  /** A command that becomes an act by exec, in the same process. */
  static Running startCommand(String... command) {
    try {
      return new Running(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException missing) {
      throw new UncheckedIOException("run make -C bpf acts", missing);
    }
  }

  /** Runs an act to its end. */
  static Running run(String act, Object... arguments) {
    Running running = start(act, arguments);
    running.close();
    if (running.process.exitValue() != 0) {
      throw new AssertionError(act + " ended with " + running.process.exitValue());
    }
    return running;
  }

  private static void waitFor(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("an act did not end in " + PATIENCE_SECONDS + " s");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
