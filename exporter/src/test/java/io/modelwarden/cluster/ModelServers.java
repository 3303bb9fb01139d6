// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import io.modelwarden.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A namespace with servers of models, which lie on a volume that the node has. Each server reads
 * its model once when it starts.
 */
final class ModelServers implements AutoCloseable {

  private static final String IMAGE = "docker.io/local/acts:test";

  private final String namespace;
  private final Path volume;

  ModelServers(String namespace, Path folder) throws IOException {
    this.namespace = namespace;
    this.volume = Files.createDirectory(folder.resolve(namespace));
    close();
    Cluster.kubectl("create", "namespace", namespace);
  }

  /** A model on the volume, which any number of readers may have read before somebody serves it. */
  Path model(String file, long bytes) {
    Path model = volume.resolve(file);
    Programs.act("make_model", model, bytes);
    return model;
  }

  /** A Deployment of one pod; waits until it is ready. @return the pod's name */
  String serve(String name, String file) {
    String script =
        "cat /models/%s >/dev/null; touch /tmp/ready; exec sleep 100000".formatted(file);
    Cluster.apply(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              terminationGracePeriodSeconds: 1
              volumes: [{name: models, hostPath: {path: "%3$s", type: Directory}}]
              containers:
                - name: server
                  image: %4$s
                  imagePullPolicy: Never
                  command: [sh, -c, "%5$s"]
                  volumeMounts: [{name: models, mountPath: /models, readOnly: true}]
                  readinessProbe: {exec: {command: [test, -e, /tmp/ready]}, periodSeconds: 1}
        """
            .formatted(name, namespace, volume, IMAGE, script));
    rolledOut(name);
    return pod(name);
  }

  void rolledOut(String name) {
    kubectl("rollout", "status", "deployment/" + name, "--timeout=60s");
  }

  /** A Job that reads a model once. */
  void job(String name, String file) {
    Cluster.apply(
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          template:
            spec:
              restartPolicy: Never
              volumes: [{name: models, hostPath: {path: "%3$s", type: Directory}}]
              containers:
                - name: copy
                  image: %4$s
                  imagePullPolicy: Never
                  command: [sh, -c, "cat /models/%5$s >/dev/null"]
                  volumeMounts: [{name: models, mountPath: /models, readOnly: true}]
        """
            .formatted(name, namespace, volume, IMAGE, file));
    kubectl("wait", "--for=condition=Complete", "job/" + name, "--timeout=60s");
  }

  /**
   * A pod that may do on the node what it likes, and reads a file there in the machine's mounts. It
   * enters them by etcd: the first process of a machine for tests may be out of its reach.
   */
  void podOnTheNode(String name, Path file) {
    Cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          hostPID: true
          restartPolicy: Never
          containers:
            - name: shell
              image: %3$s
              imagePullPolicy: Never
              command: [sh, -c, "nsenter -t $(pidof etcd) -m -- /bin/cat %4$s >/dev/null"]
              securityContext: {privileged: true}
        """
            .formatted(name, namespace, IMAGE, file));
    succeeded(name);
  }

  /**
   * `kubectl debug`, of a pod or a node.
   *
   * @param arguments what follows the target
   */
  void debug(String target, String... arguments) {
    String image = "--image=" + IMAGE;
    kubectl(
        Stream.concat(
                Stream.of("debug", target, image, "--image-pull-policy=Never", "--attach=false"),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  void succeeded(String pod) {
    String phase = "--for=jsonpath={.status.phase}=Succeeded";
    kubectl("wait", phase, "pod/" + pod, "--timeout=60s");
  }

  /** Runs a command in the server of a Deployment. */
  void exec(String pod, String command) {
    kubectl("exec", pod, "--container=server", "--", "sh", "-c", command);
  }

  /** Names of pods, by a prefix. */
  List<String> pods(String prefix) {
    String names = kubectl("get", "pods", "--output=jsonpath={.items[*].metadata.name}");
    return Stream.of(names.split(" ")).filter(name -> name.startsWith(prefix)).toList();
  }

  /** The only pod of a Deployment. */
  String pod(String name) {
    List<String> pods = pods(name + "-");
    if (pods.size() != 1) {
      throw new AssertionError(name + " has " + pods);
    }
    return pods.get(0);
  }

  String get(String pod, String path) {
    return kubectl("get", "pod", pod, "--output=jsonpath={" + path + "}");
  }

  String containerId(String pod) {
    return get(pod, ".status.containerStatuses[0].containerID").replace("containerd://", "");
  }

  /** In this namespace. */
  String kubectl(String... arguments) {
    return Cluster.kubectl(
        Stream.concat(Stream.of("--namespace=" + namespace), Stream.of(arguments))
            .toArray(String[]::new));
  }

  /** The same, with its output in a file, byte for byte. */
  void kubectlTo(Path file, String... arguments) {
    Cluster.kubectlTo(
        file,
        Stream.concat(Stream.of("--namespace=" + namespace), Stream.of(arguments))
            .toArray(String[]::new));
  }

  @Override
  public void close() {
    Cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait");
  }
}
