// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.modelwarden.workload.PodNames.Owner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** From an object of the API to what is kept of it. What is missing or wrong is left out. */
final class PodReader {

  private static final String CONFIG_HASH = "kubernetes.io/config.hash";
  private static final String TEMPLATE_HASH = "pod-template-hash";

  private final Set<String> annotations;

  PodReader(ClusterAccess access) {
    this.annotations = new HashSet<>(access.annotations());
    this.annotations.addAll(ServiceNames.ANNOTATIONS);
    this.annotations.add(Namespaces.HOLDS_MODEL);
  }

  Pod read(GenericKubernetesResource resource) {
    ObjectMeta meta = resource.getMetadata();
    Map<String, String> all = orEmpty(meta.getAnnotations());
    return new Pod(
        meta.getNamespace(),
        meta.getName(),
        meta.getUid(),
        all.getOrDefault(CONFIG_HASH, meta.getUid()),
        controller(meta),
        orEmpty(meta.getLabels()).getOrDefault(TEMPLATE_HASH, ""),
        withoutNulls(orEmpty(meta.getLabels())),
        only(annotations, all),
        containers(resource));
  }

  /** The object that manages this one. A static pod is managed by its node: by nobody. */
  static @Nullable Owner controller(ObjectMeta meta) {
    for (OwnerReference owner : meta.getOwnerReferences()) {
      if (Boolean.TRUE.equals(owner.getController()) && !"Node".equals(owner.getKind())) {
        return new Owner(owner.getKind(), owner.getName());
      }
    }
    return null;
  }

  private static List<Pod.Container> containers(GenericKubernetesResource pod) {
    Set<String> hostRoots = new HashSet<>();
    for (Map<?, ?> volume : list(pod.get("spec", "volumes"))) {
      if (text(child(volume, "hostPath"), "path").matches("/+")) {
        hostRoots.add(text(volume, "name"));
      }
    }
    List<Pod.Container> containers = new ArrayList<>();
    for (String kind : List.of("containers", "initContainers", "ephemeralContainers")) {
      String statuses = kind.replaceFirst("ontainers$", "ontainerStatuses");
      List<Map<?, ?>> running = list(pod.get("status", statuses));
      for (Map<?, ?> container : list(pod.get("spec", kind))) {
        boolean ephemeral = kind.equals("ephemeralContainers");
        containers.add(container(container, running, ephemeral, hostRoots));
      }
    }
    return List.copyOf(containers);
  }

  private static Pod.Container container(
      Map<?, ?> container, List<Map<?, ?>> statuses, boolean ephemeral, Set<String> hostRoots) {
    String name = text(container, "name");
    List<String> ids = new ArrayList<>(2);
    boolean ready = false;
    for (Map<?, ?> status : statuses) {
      if (name.equals(text(status, "name"))) {
        ready = Boolean.TRUE.equals(status.get("ready"));
        addId(ids, status);
        addId(ids, child(child(status, "state"), "terminated"));
        addId(ids, child(child(status, "lastState"), "terminated"));
      }
    }
    boolean mountsHostRoot =
        list(container.get("volumeMounts")).stream()
            .anyMatch(mount -> hostRoots.contains(text(mount, "name")));
    String image = text(container, "image").intern(); // the same in many pods
    return new Pod.Container(name.intern(), image, ephemeral, mountsHostRoot, ready, ids);
  }

  /** The API writes containerd://ID. */
  private static void addId(List<String> ids, Map<?, ?> from) {
    String uri = text(from, "containerID");
    String id = uri.substring(uri.indexOf("://") < 0 ? 0 : uri.indexOf("://") + 3);
    if (!id.isEmpty() && !ids.contains(id)) {
      ids.add(id);
    }
  }

  private static Map<String, String> withoutNulls(Map<String, String> all) {
    Map<String, String> some = new TreeMap<>(all);
    some.values().removeIf(Objects::isNull);
    return Map.copyOf(some);
  }

  private static Map<String, String> only(Set<String> allowed, Map<String, String> all) {
    Map<String, String> some = new TreeMap<>(all);
    some.keySet().retainAll(allowed);
    return Map.copyOf(some);
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  private static List<Map<?, ?>> list(@Nullable Object value) {
    List<Map<?, ?>> maps = new ArrayList<>();
    if (value instanceof List<?> all) {
      for (Object one : all) {
        if (one instanceof Map<?, ?> map) {
          maps.add(map);
        }
      }
    }
    return maps;
  }

  private static Map<?, ?> child(Map<?, ?> map, String key) {
    return map.get(key) instanceof Map<?, ?> child ? child : Map.of();
  }

  private static String text(Map<?, ?> map, String key) {
    return map.get(key) instanceof String text ? text : "";
  }
}
