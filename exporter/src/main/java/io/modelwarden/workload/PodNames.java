// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.util.List;
import java.util.Map;

/**
 * What the API says of a container of a pod.
 *
 * @param clusterUid empty if not known
 * @param podUid of the pod in the API: a static pod has another one in its cgroup
 * @param container its name, empty if the API does not know this container of the pod
 * @param ephemeral whether it was added to a running pod
 * @param mountsHostRoot whether it mounts the machine's root folder
 * @param image as it was asked for, with tag or digest; empty if not known
 * @param owners from the nearest to the top one
 * @param labels those that the settings allow
 * @param annotations those that the settings allow
 */
public record PodNames(
    String clusterUid,
    String namespace,
    String pod,
    String podUid,
    String container,
    boolean ephemeral,
    boolean mountsHostRoot,
    String image,
    List<Owner> owners,
    Map<String, String> labels,
    Map<String, String> annotations,
    Service service) {

  /**
   * What made the pod, or made that.
   *
   * @param kind as the API writes it
   */
  public record Owner(String kind, String name) {}

  /** By OpenTelemetry's derivation for Kubernetes; version empty if there is none. */
  public record Service(String name, String namespace, String version, String instanceId) {}
}
