// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/**
 * What a resource stands for: a container, or outside of containers a systemd unit or executable.
 * Equal workloads are one resource and one set of metric streams.
 *
 * @param kind "container", "systemd_unit" or "executable"; a container's owner kind later
 * @param name short id of the container, or name of the unit or of the executable
 */
public record Workload(String kind, String name) {}
