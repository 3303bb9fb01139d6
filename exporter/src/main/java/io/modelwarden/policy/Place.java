// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * Whose processes a rule is about. Always one workload: the path of an executable is what the
 * container's image says, so that anybody can call a program so in an image of their own.
 *
 * @param namespace empty for processes of the machine itself
 */
record Place(String namespace, String kind, String name) implements Comparable<Place> {

  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9]{0,62}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::namespace).thenComparing(Place::kind).thenComparing(Place::name);

  /**
   * @param workload such as {@code cronjob/backup}
   * @throws IllegalArgumentException if it is none, worded to follow the value
   */
  static Place inNamespace(String namespace, String workload) {
    Place place = parse(namespace, workload);
    if (!KIND.matcher(place.kind).matches() || !NAME.matcher(place.name).matches()) {
      throw new IllegalArgumentException(
          "is no workload of Kubernetes: write kind/name in lower case, such as cronjob/backup");
    }
    return place;
  }

  /**
   * @param workload such as {@code systemd_unit/clamav-daemon.service}
   * @throws IllegalArgumentException if it is none, worded to follow the value
   */
  static Place onHost(String workload) {
    Place place = parse("", workload);
    if (!Facts.HOST_KINDS.contains(place.kind)) {
      throw new IllegalArgumentException(
          "is no workload of a machine: write systemd_unit/name or executable/name");
    }
    Values.name(place.name);
    return place;
  }

  private static Place parse(String namespace, String workload) {
    int slash = workload.indexOf('/');
    return new Place(
        namespace, workload.substring(0, Math.max(0, slash)), workload.substring(slash + 1));
  }

  static String namespaceName(String text) {
    if (!NAMESPACE.matcher(text).matches()) {
      throw new IllegalArgumentException("is no name of a namespace");
    }
    return text;
  }

  boolean isHost() {
    return namespace.isEmpty();
  }

  String workload() {
    return kind + "/" + name;
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }
}
