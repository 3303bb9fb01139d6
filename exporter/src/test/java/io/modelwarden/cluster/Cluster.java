// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.system.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The cluster of {@code scripts/cluster.sh}, started if it is not running, with our images. */
final class Cluster {

  static final Path CHART = Programs.REPOSITORY.resolve("deploy/helm/modelwarden");

  private Cluster() {}

  /** Starts what is missing of the cluster, and loads the images as they are now. */
  static void start() {
    script("scripts/cluster.sh up");
    script("for image in $(scripts/image.sh); do scripts/cluster.sh load $image; done");
    script("for image in $(scripts/cluster-images.sh); do scripts/cluster.sh load $image; done");
  }

  static String kubectl(String... arguments) {
    return succeeding("kubectl", arguments);
  }

  static String helm(String... arguments) {
    return succeeding("helm", arguments);
  }

  /** Creates or changes objects; the API server refuses unknown fields. */
  static void apply(String manifest) {
    try {
      Path file = Files.createTempFile("manifest", ".yaml");
      Files.writeString(file, manifest);
      kubectl("apply", "--validate=strict", "-f", file.toString());
      Files.delete(file);
    } catch (IOException failure) {
      throw new AssertionError("cannot write a manifest", failure);
    }
  }

  /** Writes what a command says on its standard output to a file, byte for byte. */
  static void kubectlTo(Path file, String... arguments) {
    List<String> command = withEnvironment("f=$1; shift; exec kubectl \"$@\" >\"$f\"");
    command.add(file.toString());
    command.addAll(List.of(arguments));
    checked(command);
  }

  /** Ends a part of the cluster, or starts it again. */
  static void part(String action, String part) {
    script("scripts/cluster.sh " + action + " " + part);
  }

  /** Has the API server post its audit events as these files say. */
  static void audit(Path policy, Path webhook) {
    script("scripts/cluster.sh audit " + policy + " " + webhook);
  }

  static void noAudit() {
    script("scripts/cluster.sh audit off");
  }

  /** A server-side apply whose body is YAML and no JSON, which kubectl would make of it. */
  static void patchByYaml(String uri, Path body) {
    String curl =
        "conf=${KUBECONFIG%/*}; exec nsenter --net=/run/netns/modelwarden-cluster curl --fail-with-body -sS"
            + " -X PATCH -H 'Content-Type: application/apply-patch+yaml' --cacert $conf/pki/ca.crt"
            + " --cert $conf/pki/admin.crt --key $conf/pki/admin.key"
            + " --data-binary @\"$1\" \"https://10.250.0.1:6443$2\"";
    List<String> command = withEnvironment(curl);
    command.addAll(List.of(body.toString(), uri));
    checked(command);
  }

  static boolean isReady() {
    return Programs.run(withEnvironment("kubectl get --raw /readyz")).code() == 0;
  }

  /** Ends every process of a container, as a crash does; the kubelet starts it again. */
  static void killContainer(String id) {
    script("grep -ls " + id + " /proc/[0-9]*/cgroup | cut -d/ -f3 | xargs kill -KILL");
  }

  private static String succeeding(String program, String... arguments) {
    List<String> command = withEnvironment("exec " + program + " \"$@\"");
    command.addAll(List.of(arguments));
    return checked(command);
  }

  private static String script(String command) {
    return checked(List.of("bash", "-ec", "cd " + Programs.REPOSITORY + "; " + command));
  }

  private static List<String> withEnvironment(String command) {
    String environment = "eval \"$(" + Programs.REPOSITORY + "/scripts/cluster.sh env)\"; ";
    return new ArrayList<>(List.of("bash", "-ec", environment + command, "bash"));
  }

  private static String checked(List<String> command) {
    Programs.Ended ended = Programs.run(command);
    assertThat(ended.code()).as("%s: %s", command, ended.output()).isZero();
    return ended.output().strip();
  }
}
