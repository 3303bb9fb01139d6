// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the path of a cgroup says about those who live in it. The outermost container decides:
 * whoever lives in one may make cgroups below it, with any name.
 *
 * @param runtime docker, containerd, cri-o or podman; empty outside containers and where the path
 *     does not say it
 * @param containerId all its digits; empty outside containers
 * @param podUid as the kubelet calls the pod; empty outside pods
 * @param unit the systemd unit; of a user's processes the slice of that user, because he names what
 *     is below; set beside a container that this unit or user has made; empty if there is none
 */
public record CgroupPath(String runtime, String containerId, String podUid, String unit) {

  private static final Pattern CONTAINER =
      Pattern.compile(
          "(?:(docker|cri-containerd|containerd|nerdctl|crio|libpod|libpod-payload)-)?"
              + "([0-9a-f]{64})(?:\\.scope)?");
  private static final Map<String, String> RUNTIMES =
      Map.of(
          "docker", "docker",
          "cri-containerd", "containerd",
          "containerd", "containerd",
          "nerdctl", "containerd",
          "crio", "cri-o",
          "libpod", "podman",
          "libpod-payload", "podman");

  /** The kubelet's root; below a slice of its own if it was given one by --cgroup-root. */
  private static final Pattern KUBEPODS =
      Pattern.compile("kubepods|(?:[a-z0-9]+-)*kubepods\\.slice");

  private static final Pattern QUALITY =
      Pattern.compile("(?:(?:[a-z0-9]+-)*kubepods-)?(?:burstable|besteffort)(?:\\.slice)?");

  /** A static pod has the hash of its manifest, which is written without dashes. */
  private static final Pattern POD =
      Pattern.compile(
          "(?:(?:[a-z0-9]+-)*kubepods-(?:burstable-|besteffort-)?)?pod"
              + "([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\\.slice)?");

  /** Podman's with the cgroupfs driver: a bare id in it is that of a pod of Podman's. */
  private static final String PODMAN = "libpod_parent";

  private static final Pattern UNIT =
      Pattern.compile(".+\\.(?:service|scope|socket|mount|swap)|user-\\d+\\.slice");
  private static final String SLICE = ".slice";

  /**
   * @param path in the hierarchy of the pids controller, from its root; may be cut off at its end
   */
  public static CgroupPath parse(String path) {
    List<String> names = Arrays.stream(path.split("/")).filter(name -> !name.isEmpty()).toList();
    String unit = "";
    String parent = "";
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (unit.isEmpty() && KUBEPODS.matcher(name).matches()) {
        return inKubepods(names.subList(i, names.size()));
      }
      CgroupPath container = container(name, parent, "", unit);
      if (container != null) {
        return container;
      }
      unit = unit.isEmpty() && isUnit(names.get(0), name) ? name : unit;
      parent = name;
    }
    return outside(unit.isEmpty() ? lastSlice(names) : unit);
  }

  public boolean isContainer() {
    return !containerId.isEmpty();
  }

  /** Below the pod's cgroup is that of the container, of whichever kind. */
  private static CgroupPath inKubepods(List<String> names) {
    int at = names.size() > 1 && QUALITY.matcher(names.get(1)).matches() ? 2 : 1;
    Matcher pod = POD.matcher(at < names.size() ? names.get(at) : "");
    if (!pod.matches()) {
      return outside(lastSlice(names));
    }
    String uid = pod.group(1).replace('_', '-');
    String child = at + 1 < names.size() ? names.get(at + 1) : "";
    CgroupPath container = container(child, "", uid, "");
    return container == null ? new CgroupPath("", "", uid, lastSlice(names)) : container;
  }

  private static @Nullable CgroupPath container(
      String name, String parent, String podUid, String unit) {
    Matcher container = CONTAINER.matcher(name);
    if (!container.matches() || (container.group(1) == null && parent.equals(PODMAN))) {
      return null;
    }
    String prefix = container.group(1) == null ? parent : container.group(1);
    return new CgroupPath(RUNTIMES.getOrDefault(prefix, ""), container.group(2), podUid, unit);
  }

  private static CgroupPath outside(String unit) {
    return new CgroupPath("", "", "", unit);
  }

  /** A container of another kind has units too: only those of this machine's systemd count. */
  private static boolean isUnit(String first, String name) {
    return (first.endsWith(SLICE) || first.equals(name)) && UNIT.matcher(name).matches();
  }

  private static String lastSlice(List<String> names) {
    String last = "";
    for (String name : names) {
      if (!name.endsWith(SLICE)) {
        break;
      }
      last = name;
    }
    return last;
  }
}
