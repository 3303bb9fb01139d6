// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.coverage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What was played in the last runs: a file for each test class, because unit, kernel, system and
 * cluster tests run apart. A way of which one invocation failed was not shown.
 */
final class PlayedWays {

  private static final String PASSED = "passed ";
  private static final String FAILED = "failed ";

  private final Path folder;

  PlayedWays(Path repository) {
    folder = repository.resolve("exporter/target/ways");
  }

  /** A class is run again: what it has shown before counts no longer. */
  void begin(Class<?> testClass) {
    try {
      Files.deleteIfExists(file(testClass));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  void add(Class<?> testClass, PlayedWay way, boolean passed) {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          file(testClass),
          (passed ? PASSED : FAILED) + way.line() + "\n",
          UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  List<PlayedWay> passed() throws IOException {
    Set<PlayedWay> passed = new HashSet<>();
    Set<PlayedWay> failed = new HashSet<>();
    for (String line : lines()) {
      (line.startsWith(PASSED) ? passed : failed)
          .add(PlayedWay.ofLine(line.substring(PASSED.length())));
    }
    passed.removeAll(failed);
    return List.copyOf(passed);
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return lines;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        lines.addAll(Files.readAllLines(file, UTF_8));
      }
    }
    return lines;
  }

  private Path file(Class<?> testClass) {
    return folder.resolve(testClass.getName());
  }
}
