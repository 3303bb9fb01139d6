// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.model.PathPattern;
import io.modelwarden.workload.ContainerProcesses;
import io.modelwarden.workload.RunningExecutables;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A server that streams weights touches no file that would give its process away: those of declared
 * containers and executables are looked for, and marked.
 */
final class DeclaredProcesses {

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final List<PathPattern> executables;
  private final IntConsumer mark;
  private long lookedNanos = System.nanoTime() - PAUSE_NANOS;

  /**
   * @param executables patterns of paths
   * @param mark told the pid of each process found
   */
  DeclaredProcesses(Collection<String> executables, IntConsumer mark) {
    this.executables = executables.stream().map(PathPattern::of).toList();
    this.mark = mark;
  }

  /**
   * Looks now, or if that was long ago. Most nodes have nothing declared, and nothing to look at.
   */
  void look(Set<String> containerIds, boolean now) {
    long nanos = System.nanoTime();
    if (!now && nanos - lookedNanos < PAUSE_NANOS) {
      return;
    }
    lookedNanos = nanos;
    if (!containerIds.isEmpty()) {
      ContainerProcesses.of(containerIds).forEach(mark);
    }
    if (!executables.isEmpty()) {
      RunningExecutables.of(this::isDeclared).forEach(mark);
    }
  }

  private boolean isDeclared(String path) {
    return executables.stream().anyMatch(pattern -> pattern.matches(path));
  }
}
