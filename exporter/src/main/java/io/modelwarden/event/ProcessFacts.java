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
 * @param cgroupName name of the leaf cgroup, which is a container's id in a container
 * @param startEpochNanos start of the process, Unix time
 */
public record ProcessFacts(
    ProcessKey key,
    @Nullable ProcessKey parent,
    int parentPid,
    int userId,
    String executableName,
    String executablePath,
    long cgroupId,
    String cgroupName,
    long mountNamespace,
    long pidNamespace,
    Origin origin,
    long startEpochNanos) {

  /** How the process came to be armed. */
  public enum Origin {
    /** It opened, mapped or read a model itself. */
    SELF,
    /** Its parent was armed when it forked. */
    PARENT,
    /** The image before its exec was armed. */
    EXECUTED,
    /** It was found holding a model when the agent started. */
    RECOVERED
  }
}
