// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.workload.ContainerProcesses;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A server that streams weights touches no file that would give its process away: those of declared
 * containers are looked for, and marked.
 */
final class DeclaredProcesses {

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final IntConsumer mark;
  private long lookedNanos;

  /**
   * @param mark told the pid of each process found
   */
  DeclaredProcesses(IntConsumer mark) {
    this.mark = mark;
  }

  /**
   * Looks now, or if that was long ago. Most nodes have no such container, and nothing to look at.
   */
  void look(Set<String> containerIds, boolean now) {
    long nanos = System.nanoTime();
    if (!containerIds.isEmpty() && (now || nanos - lookedNanos >= PAUSE_NANOS)) {
      lookedNanos = nanos;
      ContainerProcesses.of(containerIds).forEach(mark);
    }
  }
}
