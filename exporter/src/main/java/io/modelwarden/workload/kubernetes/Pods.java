// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.modelwarden.workload.PodNames;
import io.modelwarden.workload.PodNames.Owner;
import io.modelwarden.workload.PodTraits;
import io.modelwarden.workload.Readiness;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The pods of this node, by the uid that the kubelet gives their cgroups. */
final class Pods {

  /** What ran only for a moment is asked for after its pod was deleted. */
  private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

  private static final Pod.Container UNKNOWN =
      new Pod.Container("", "", false, false, false, List.of());

  private static final class Known {
    final Pod pod;
    final List<Owner> owners;
    long goneNanos = -1;

    Known(Pod pod, List<Owner> owners) {
      this.pod = pod;
      this.owners = owners;
    }
  }

  private final Map<String, Known> known = new HashMap<>();
  private final Set<String> shownLabels;
  private final Set<String> shownAnnotations;
  private final LongSupplier nanoTime;
  private final AtomicLong version = new AtomicLong();
  private String clusterUid = "";

  Pods(ClusterAccess access, LongSupplier nanoTime) {
    this.shownLabels = access.labels();
    this.shownAnnotations = access.annotations();
    this.nanoTime = nanoTime;
  }

  synchronized void setClusterUid(String uid) {
    clusterUid = uid;
  }

  /**
   * @param owners from the nearest to the top one
   */
  synchronized void put(Pod pod, List<Owner> owners) {
    Known before = known.put(pod.kubeletUid(), new Known(pod, owners));
    if (before == null || !before.pod.equals(pod)) {
      version.incrementAndGet();
    }
  }

  /**
   * @param uid of the object: a static pod that is shown by another one by now stays
   */
  synchronized void remove(String uid) {
    long now = nanoTime.getAsLong();
    for (Known each : known.values()) {
      if (each.goneNanos < 0 && each.pod.uid().equals(uid)) {
        each.goneNanos = now;
      }
    }
    known.values().removeIf(each -> each.goneNanos >= 0 && now - each.goneNanos > KEPT_NANOS);
  }

  synchronized boolean contains(String kubeletUid) {
    Known pod = known.get(kubeletUid);
    return pod != null && pod.goneNanos < 0;
  }

  /** Of what runs now in the pods that fit. */
  synchronized Set<String> containerIds(Predicate<Pod> which) {
    return known.values().stream()
        .filter(each -> each.goneNanos < 0 && which.test(each.pod))
        .flatMap(each -> each.pod.containers().stream())
        .flatMap(container -> container.ids().stream().limit(1))
        .collect(Collectors.toUnmodifiableSet());
  }

  synchronized @Nullable Pod get(String kubeletUid) {
    Known pod = known.get(kubeletUid);
    return pod == null ? null : pod.pod;
  }

  /** Pods of the node, those included that were deleted a moment ago. */
  synchronized int size() {
    return known.size();
  }

  synchronized @Nullable PodNames find(String kubeletUid, String containerId) {
    Known pod = known.get(kubeletUid);
    return pod == null ? null : names(pod, orUnknown(container(pod, containerId)));
  }

  synchronized @Nullable PodTraits traits(String kubeletUid, String containerId) {
    Known pod = known.get(kubeletUid);
    return pod == null
        ? null
        : new PodTraits(
            pod.pod.namespace(), pod.pod.labels(), orUnknown(container(pod, containerId)).name());
  }

  /** Another number after each change of a pod. */
  long version() {
    return version.get();
  }

  synchronized Readiness readiness(String kubeletUid, String containerId) {
    Known pod = known.get(kubeletUid);
    Pod.Container container = pod == null ? null : container(pod, containerId);
    if (container == null || !container.isPresent(containerId)) {
      return Readiness.UNKNOWN;
    }
    return container.ready() ? Readiness.READY : Readiness.NOT_READY;
  }

  private static Pod.@Nullable Container container(Known pod, String containerId) {
    for (Pod.Container container : pod.pod.containers()) {
      if (container.ids().contains(containerId)) {
        return container;
      }
    }
    return null;
  }

  private static Pod.Container orUnknown(Pod.@Nullable Container container) {
    return container == null ? UNKNOWN : container;
  }

  private PodNames names(Known from, Pod.Container container) {
    Pod pod = from.pod;
    return new PodNames(
        clusterUid,
        pod.namespace(),
        pod.name(),
        pod.uid(),
        container.name(),
        container.ephemeral(),
        container.mountsHostRoot(),
        container.image(),
        from.owners,
        only(shownLabels, pod.labels()),
        only(shownAnnotations, pod.annotations()),
        ServiceNames.of(pod, from.owners, container.name(), container.image()));
  }

  private static Map<String, String> only(Set<String> shown, Map<String, String> all) {
    return all.entrySet().stream()
        .filter(each -> shown.contains(each.getKey()))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
