// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.workload.CgroupPath;
import org.jspecify.annotations.Nullable;

/**
 * What was started as a whole and loads its models then: one run of a container, or of a systemd
 * unit. The next run is another one. Whoever is in a unit may make cgroups below it, named like
 * containers: they are all one start, or each of them could load anew.
 *
 * @param place without the container below a unit
 * @param cgroupId of the unit's cgroup, which each of its starts makes anew; 0 for all that lives
 *     below it, and for containers, whose ids are their own
 */
record Start(CgroupPath place, long cgroupId) {

  private static final String SLICE = ".slice";

  /** Null for what only came into a running one, and for the sessions of people. */
  static @Nullable Start of(ProcessFacts process, ProcessOrigin origin) {
    CgroupPath path = CgroupPath.parse(process.cgroupPath());
    if (path.isContainer() && path.unit().isEmpty()) {
      return origin == ProcessOrigin.ENTRYPOINT ? new Start(path, 0) : null;
    }
    if (path.unit().isEmpty() || path.unit().endsWith(SLICE) || hasComeIn(process)) {
      return null;
    }
    boolean leaf = process.cgroupPath().endsWith("/" + path.unit());
    return new Start(new CgroupPath("", "", "", path.unit()), leaf ? process.cgroupId() : 0);
  }

  private static boolean hasComeIn(ProcessFacts process) {
    return process.entrance() == Entrance.EXEC || process.entrance() == Entrance.HOST;
  }
}
