// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.Workload;

/** Where a process comes from, seen from the workload whose resource it is counted to. */
public enum ProcessOrigin {
  /** It descends from what its container was started with. */
  ENTRYPOINT,
  /** It descends from a command that somebody ran in the running container. */
  EXEC,
  /** It belongs to a container that was added to a running pod. */
  EPHEMERAL,
  /** It runs outside of containers, or reaches the machine's files from inside of one. */
  HOST;

  public static ProcessOrigin of(ProcessFacts process, Workload workload) {
    if (process.entrance() == Entrance.HOST
        || !CgroupPath.parse(process.cgroupPath()).isContainer()) {
      return HOST;
    }
    return (process.entrance() == Entrance.EXEC ? EXEC : ENTRYPOINT).in(workload);
  }

  /** The same once it is known what kind of container it is. */
  public ProcessOrigin in(Workload workload) {
    if (this == HOST || workload.mountsHostRoot()) {
      return HOST;
    }
    return workload.isEphemeral() ? EPHEMERAL : this;
  }
}
