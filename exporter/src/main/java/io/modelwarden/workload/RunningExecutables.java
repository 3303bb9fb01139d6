// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Processes by what they execute, as /proc tells to whoever shares the machine's pids. */
public final class RunningExecutables {

  private static final String DELETED = " (deleted)";

  private RunningExecutables() {}

  /** Pids of the processes whose executable has such a path. */
  public static IntStream of(Predicate<String> path) {
    IntStream.Builder found = IntStream.builder();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (path.test(executable(process))) {
          found.add(Integer.parseInt(process.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      // what was found is marked; the next look finds the rest
    }
    return found.build();
  }

  /** Empty for a thread of the kernel, and for a process that has ended meanwhile. */
  private static String executable(Path process) {
    try {
      String path = Files.readSymbolicLink(process.resolve("exe")).toString();
      return path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
    } catch (IOException none) {
      return "";
    }
  }
}
