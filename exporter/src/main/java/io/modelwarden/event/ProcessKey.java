// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

/**
 * One image of a process. A pid is reused, this is not; an exec makes another image.
 *
 * @param pid thread group id in the initial pid namespace
 * @param execId number of execs in the line of this process, as the kernel counts them
 * @param startTimeNanos start of the thread group's leader, CLOCK_BOOTTIME
 */
public record ProcessKey(int pid, int execId, long startTimeNanos) {

  /** Whether both are images of one process, before and after an exec. */
  public boolean sameProcess(ProcessKey other) {
    return pid == other.pid && startTimeNanos == other.startTimeNanos;
  }
}
