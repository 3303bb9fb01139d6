// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * How the API server is reached, and what is asked of it. Needs nothing of the client's classes.
 *
 * @param kubeconfig a file, or empty for the service account of the agent's pod
 * @param node whose pods are watched
 * @param labels keys of labels of pods that become attributes
 * @param annotations keys of annotations of pods that become attributes
 */
public record ClusterAccess(
    String kubeconfig, String node, Set<String> labels, Set<String> annotations) {

  static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  static final String HOST_VARIABLE = "KUBERNETES_SERVICE_HOST";
  static final String PORT_VARIABLE = "KUBERNETES_SERVICE_PORT";

  /** Whether this process has a service account of a cluster. */
  public static boolean isInCluster(Map<String, String> environment) {
    return environment.containsKey(HOST_VARIABLE)
        && Files.isReadable(SERVICE_ACCOUNT.resolve("token"));
  }
}
