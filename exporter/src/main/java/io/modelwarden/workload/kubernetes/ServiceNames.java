// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.modelwarden.workload.PodNames.Owner;
import io.modelwarden.workload.PodNames.Service;
import java.util.List;
import java.util.Set;

/**
 * The service of a pod as semantic conventions derive it (non-normative/k8s-attributes), without
 * the well-known labels, which that page makes an option.
 */
final class ServiceNames {

  private static final String PREFIX = "resource.opentelemetry.io/service.";
  private static final String NAME = PREFIX + "name";
  private static final String NAMESPACE = PREFIX + "namespace";
  private static final String VERSION = PREFIX + "version";
  private static final String INSTANCE = PREFIX + "instance.id";
  static final Set<String> ANNOTATIONS = Set.of(NAME, NAMESPACE, VERSION, INSTANCE);

  private static final List<String> OWNERS =
      List.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "CronJob", "Job");

  private ServiceNames() {}

  static Service of(Pod pod, List<Owner> owners, String container, String image) {
    String instance = pod.namespace() + "." + pod.name() + "." + container;
    return new Service(
        said(pod, NAME, nameOf(pod, owners)),
        said(pod, NAMESPACE, pod.namespace()),
        said(pod, VERSION, version(image)),
        said(pod, INSTANCE, instance));
  }

  private static String said(Pod pod, String annotation, String otherwise) {
    String value = pod.annotations().getOrDefault(annotation, "");
    return value.isEmpty() ? otherwise : value;
  }

  private static String nameOf(Pod pod, List<Owner> owners) {
    for (String kind : OWNERS) {
      for (Owner owner : owners) {
        if (owner.kind().equals(kind)) {
          return owner.name();
        }
      }
    }
    return pod.name();
  }

  /** Tag and digest of the image, as far as it has them. */
  private static String version(String image) {
    int digest = image.indexOf('@');
    String named = digest < 0 ? image : image.substring(0, digest);
    int tag = named.indexOf(':', named.lastIndexOf('/') + 1);
    return (tag < 0 ? "" : named.substring(tag + 1)) + (digest < 0 ? "" : image.substring(digest));
  }
}
