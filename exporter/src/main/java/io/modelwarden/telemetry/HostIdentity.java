// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The machine that the agent runs on.
 *
 * @param id never empty; the same after a restart of agent and machine
 * @param nodeName the Kubernetes node, null outside of a cluster
 * @param clusterName what the settings call the cluster; empty if they do not
 */
public record HostIdentity(String id, String name, @Nullable String nodeName, String clusterName) {

  private static final String NODE_NAME_VARIABLE = "K8S_NODE_NAME";

  /**
   * Reads {@code /etc/machine-id} and the host's name. {@code K8S_NODE_NAME} names the node, and
   * with it the host: in a pod, even one with the node's processes, the host's name is that of the
   * pod.
   */
  public static HostIdentity detect() {
    return detect(
        Path.of("/etc/machine-id"), Path.of("/proc/sys/kernel/hostname"), System.getenv());
  }

  static HostIdentity detect(Path machineId, Path hostName, Map<String, String> environment) {
    String node = environment.getOrDefault(NODE_NAME_VARIABLE, "");
    String name = node.isEmpty() ? read(hostName, "localhost") : node;
    // Without a machine id the name is the best that outlives a restart.
    String fallback = UUID.nameUUIDFromBytes(name.getBytes(UTF_8)).toString();
    return new HostIdentity(read(machineId, fallback), name, node.isEmpty() ? null : node, "");
  }

  /** The same in a cluster of that name, which may be empty. */
  public HostIdentity in(String cluster) {
    return new HostIdentity(id, name, nodeName, cluster);
  }

  /** The same as a node of a cluster. */
  public HostIdentity as(String node) {
    return new HostIdentity(id, name, node, clusterName);
  }

  /** What the agent calls itself: its node's name, else its host's. */
  String instanceName() {
    return nodeName == null ? name : nodeName;
  }

  private static String read(Path file, String fallback) {
    try {
      String text = Files.readString(file, UTF_8).strip();
      return text.isEmpty() || text.equals("uninitialized") ? fallback : text;
    } catch (IOException ignored) {
      return fallback;
    }
  }
}
