// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a resource stands for: a container, or outside of containers a systemd unit or executable.
 * Equal workloads are one resource and one set of metric streams. It never changes: one that gets
 * other names is another one.
 *
 * @param kind "container", "systemd_unit" or "executable"; of a pod that has names the kind of its
 *     top owner in lower case, or "pod"
 * @param name short id of the container, or name of the unit, the executable or the owner
 * @param container null outside of pods
 */
public record Workload(String kind, String name, @Nullable PodContainer container) {

  public Workload(String kind, String name) {
    this(kind, name, null);
  }

  /** Whether its names may still come: nothing of it is exported until then. */
  public boolean isAwaited() {
    return container != null && container.awaited();
  }

  /** Whether it is a container that was added to a running pod for a person's use. */
  public boolean isEphemeral() {
    return container != null && container.names() != null && container.names().ephemeral();
  }

  /** Whether the container has the machine's files mounted from their root on. */
  public boolean mountsHostRoot() {
    return container != null && container.names() != null && container.names().mountsHostRoot();
  }

  /** Of little, because it is asked for with each measurement. */
  @Override
  public int hashCode() {
    return Objects.hash(kind, name, container == null ? "" : container.podUid());
  }
}
