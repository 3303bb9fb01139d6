// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelwarden.config.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets a collector judge a file together with those that it runs with. One that reloads a file
 * which it refuses ends.
 *
 * @param binary of the collector
 * @param others files in the order in which the collector is given them, in front of the one
 */
public record CollectorValidation(Path binary, List<Path> others) {

  private static final int SECONDS = 120;
  private static final int LONGEST_ANSWER = 1 << 16;

  /**
   * @throws ConfigurationException with the collector's reason
   */
  public void validate(Path file) {
    try {
      Path answer = Files.createTempFile("modelwarden-validate", ".txt");
      try {
        run(command(file), answer);
      } finally {
        Files.delete(answer);
      }
    } catch (IOException failure) {
      throw new ConfigurationException(
          "--collector-binary: "
              + binary
              + " cannot be run ("
              + failure.getClass().getSimpleName()
              + "): name the collector's program");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ConfigurationException("interrupted before the collector had judged: run it again");
    }
  }

  private List<String> command(Path file) {
    List<String> command = new ArrayList<>(List.of(binary.toString(), "validate"));
    for (Path other : others) {
      command.addAll(List.of("--config", "file:" + other.toAbsolutePath()));
    }
    command.addAll(List.of("--config", "file:" + file.toAbsolutePath()));
    return command;
  }

  private void run(List<String> command, Path answer) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(answer.toFile())
            .start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new ConfigurationException(
            "%s has not judged within %d s: nothing was written".formatted(binary, SECONDS));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      try (InputStream text = Files.newInputStream(answer)) {
        String reason = new String(text.readNBytes(LONGEST_ANSWER), UTF_8);
        throw new ConfigurationException(
            binary
                + " refuses what was rendered, so nothing was written: "
                + reason.strip().replaceAll("\\s+", " "));
      }
    }
  }
}
