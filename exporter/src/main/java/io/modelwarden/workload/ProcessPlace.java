// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/**
 * Where a process runs, as far as it says to which workload it belongs.
 *
 * @param cgroupPath path of its cgroup in the hierarchy of the pids controller, empty at the root
 * @param executablePath as the process sees it, empty if not known
 * @param executableName the kernel's name of it, for when the path is not known
 */
public record ProcessPlace(
    long cgroupId, String cgroupPath, String executablePath, String executableName) {}
