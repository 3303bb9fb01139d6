// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/** Workloads of a machine without an orchestrator, by the path of the cgroup alone. */
public final class CgroupWorkloads implements WorkloadResolver {

  /** A name must not be empty: backends drop empty attributes. */
  private static final String UNKNOWN = "unknown";

  private static final int SHORT_ID_LENGTH = 12;

  @Override
  public Workload resolve(ProcessPlace place) {
    CgroupPath path = CgroupPath.parse(place.cgroupPath());
    if (path.isContainer()) {
      return new Workload("container", name(path));
    }
    return path.unit().isEmpty()
        ? new Workload("executable", executable(place))
        : new Workload("systemd_unit", path.unit());
  }

  /** A user may name what is below his slice after somebody else's container: it stays his. */
  private static String name(CgroupPath path) {
    String shortId = shortId(path.containerId());
    return path.unit().isEmpty() ? shortId : path.unit() + "/" + shortId;
  }

  static String shortId(String containerId) {
    return containerId.substring(0, SHORT_ID_LENGTH);
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
