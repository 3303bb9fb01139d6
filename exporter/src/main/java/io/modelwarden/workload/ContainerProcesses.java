// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Processes of containers, as /proc tells them to whoever shares the machine's pids. */
public final class ContainerProcesses {

  /** The path is told as seen from the agent's own cgroup: only the id in it is sure. */
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

  private ContainerProcesses() {}

  /** Pids of the processes whose cgroup has one of these ids in its path. */
  public static IntStream of(Set<String> containerIds) {
    IntStream.Builder found = IntStream.builder();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (isIn(containerIds, process)) {
          found.add(Integer.parseInt(process.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException unreadable) {
      // what was found is marked; the next look finds the rest
    }
    return found.build();
  }

  private static boolean isIn(Set<String> containerIds, Path process) {
    try {
      Matcher id = ID.matcher(Files.readString(process.resolve("cgroup")));
      while (id.find()) {
        if (containerIds.contains(id.group())) {
          return true;
        }
      }
    } catch (IOException gone) {
      // it has ended meanwhile
    }
    return false;
  }
}
