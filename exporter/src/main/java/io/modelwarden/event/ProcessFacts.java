// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

import org.jspecify.annotations.Nullable;

/**
 * Facts of an armed process, taken by the kernel when it was armed.
 *
 * @param parent armed image that forked or executed it, or null if that was not armed
 * @param parentPid pid of its parent, armed or not
 * @param executableName the kernel's name of it (comm), at most 15 bytes
 * @param executablePath as the process sees it, empty if not known
 * @param cgroupPath path of its cgroup in the hierarchy of the pids controller, control characters
 *     escaped; empty at the root. It names the container and its pod
 * @param entrance how it came into its container
 * @param execSession number of the exec session that it is in, never used again; 0 if in none
 * @param startEpochNanos start of the process, Unix time
 * @param containerStartEpochNanos start of the first process of its container, Unix time: pid 1 of
 *     its pid namespace, or where that lives elsewhere the first of its cgroup
 */
public record ProcessFacts(
    ProcessKey key,
    @Nullable ProcessKey parent,
    int parentPid,
    int userId,
    String executableName,
    String executablePath,
    long cgroupId,
    String cgroupPath,
    long mountNamespace,
    long pidNamespace,
    Origin origin,
    Entrance entrance,
    int execSession,
    long startEpochNanos,
    long containerStartEpochNanos) {

  /** How the process came to be armed. */
  public enum Origin {
    /** It opened, mapped or read a model itself. */
    SELF,
    /** Its parent was armed when it forked. */
    PARENT,
    /** The image before its exec was armed. */
    EXECUTED,
    /** It was found holding a model when the agent started. */
    RECOVERED,
    /** It wrote out of an exec session in which another process had taken a model. */
    SESSION,
    /**
     * It read from a pipe or socket into which an armed process can write, or a file that it wrote.
     */
    PASSED
  }

  /** How the process came into its container. The kernel cannot tell what a container is. */
  public enum Entrance {
    /** Of the machine, or not found out. */
    UNKNOWN,
    /** It descends from what the container, or the systemd unit, was started with. */
    ENTRYPOINT,
    /** It descends from what was brought into a running one. */
    EXEC,
    /** It has left the mounts of its container for others. */
    HOST
  }
}
