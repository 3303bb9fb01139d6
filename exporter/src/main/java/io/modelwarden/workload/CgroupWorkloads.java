// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Workloads of a machine without an orchestrator, by the name of the leaf cgroup alone. */
public final class CgroupWorkloads implements WorkloadResolver {

  /** docker-ID.scope, cri-containerd-ID.scope, crio-ID.scope, libpod-ID.scope, or the bare id. */
  private static final Pattern CONTAINER = Pattern.compile("(.*-)?([0-9a-f]{64})(\\.scope)?");

  /** The process that watches a container is no part of it. */
  private static final String MONITOR = "conmon-";

  private static final Pattern UNIT =
      Pattern.compile(".+\\.(service|scope|slice|socket|mount|swap|machine)");

  /** A name must not be empty: backends drop empty attributes. */
  private static final String UNKNOWN = "unknown";

  private static final int SHORT_ID_LENGTH = 12;

  @Override
  public Workload resolve(ProcessPlace place) {
    String leaf = place.cgroupName();
    Matcher container = CONTAINER.matcher(leaf);
    if (container.matches() && !leaf.contains(MONITOR)) {
      return new Workload("container", container.group(2).substring(0, SHORT_ID_LENGTH));
    }
    if (UNIT.matcher(leaf).matches()) {
      return new Workload("systemd_unit", leaf);
    }
    return new Workload("executable", executable(place));
  }

  private static String executable(ProcessPlace place) {
    String path = place.executablePath();
    String base = path.substring(path.lastIndexOf('/') + 1);
    if (!base.isEmpty()) {
      return base;
    }
    return place.executableName().isEmpty() ? UNKNOWN : place.executableName();
  }
}
