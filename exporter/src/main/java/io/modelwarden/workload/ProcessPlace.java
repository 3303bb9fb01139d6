// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/**
 * Where a process runs, as far as it says to which workload it belongs.
 *
 * @param cgroupName name of its leaf cgroup, empty at the root
 * @param executablePath as the process sees it, empty if not known
 * @param executableName the kernel's name of it, for when the path is not known
 */
public record ProcessPlace(
    long cgroupId, String cgroupName, String executablePath, String executableName) {}
