// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.workload.PodContainer;
import io.modelwarden.workload.PodNames;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.resources.ResourceBuilder;
import java.util.Map;

/** A container of a pod in the words of semantic conventions. */
final class PodAttributes {

  private static final Map<String, AttributeKey<String>> OWNERS =
      Map.of(
          "Deployment", AttributeNames.DEPLOYMENT_NAME,
          "ReplicaSet", AttributeNames.REPLICASET_NAME,
          "StatefulSet", AttributeNames.STATEFULSET_NAME,
          "DaemonSet", AttributeNames.DAEMONSET_NAME,
          "Job", AttributeNames.JOB_NAME,
          "CronJob", AttributeNames.CRONJOB_NAME);

  private PodAttributes() {}

  static void put(ResourceBuilder to, PodContainer container) {
    to.put(AttributeNames.POD_UID, container.podUid());
    to.put(AttributeNames.SERVICE_NAME, "container");
    PodNames names = container.names();
    if (names == null) {
      return;
    }
    put(to, AttributeNames.CLUSTER_UID, names.clusterUid());
    to.put(AttributeNames.NAMESPACE_NAME, names.namespace());
    to.put(AttributeNames.POD_NAME, names.pod());
    put(to, AttributeNames.CONTAINER_NAME, names.container());
    put(to, AttributeNames.IMAGE_NAME, imageName(names.image()));
    for (PodNames.Owner owner : names.owners()) {
      AttributeKey<String> key = OWNERS.get(owner.kind());
      if (key != null) {
        to.put(key, owner.name());
      }
    }
    names.labels().forEach((key, value) -> put(to, AttributeNames.podLabel(key), value));
    names.annotations().forEach((key, value) -> put(to, AttributeNames.podAnnotation(key), value));
    putService(to, container, names.service());
  }

  private static void putService(
      ResourceBuilder to, PodContainer container, PodNames.Service service) {
    to.put(AttributeNames.SERVICE_NAME, service.name());
    put(to, AttributeNames.SERVICE_NAMESPACE, service.namespace());
    put(to, AttributeNames.SERVICE_VERSION, service.version());
    // Containers whose name is not known are told apart by their ids.
    to.put(AttributeNames.SERVICE_INSTANCE_ID, service.instanceId() + container.containerId());
  }

  /** A tag follows the last slash; before it a colon is that of a port. */
  private static String imageName(String image) {
    String name = image.replaceFirst("@.*", "");
    int tag = name.indexOf(':', name.lastIndexOf('/') + 1);
    return tag < 0 ? name : name.substring(0, tag);
  }

  private static void put(ResourceBuilder to, AttributeKey<String> key, String value) {
    if (!value.isEmpty()) {
      to.put(key, value);
    }
  }
}
