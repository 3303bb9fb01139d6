// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What namespaces say of their pods by annotation. Those that say nothing are not kept. */
final class Namespaces {

  /** Of namespaces only: whoever makes a pod must not allow himself. */
  static final String ALLOWED_EXECUTABLES = "modelwarden.io/allowed-executables";

  /** Of namespaces and pods. */
  static final String HOLDS_MODEL = "modelwarden.io/holds-model";

  private static final int LIMIT = 4096;
  private static final int LONGEST_PATTERN = 4096;
  private static final int LONGEST_NAME = 200;

  private record Said(String allowedExecutables, String holdsModel) {}

  private final Map<String, Said> said = new ConcurrentHashMap<>();

  /** Whether that is a change. */
  boolean put(String namespace, Map<String, String> annotations) {
    Said now = new Said(pattern(annotations), model(annotations));
    if (now.allowedExecutables.isEmpty() && now.holdsModel.isEmpty()) {
      return remove(namespace);
    }
    if (said.size() >= LIMIT && !said.containsKey(namespace)) {
      return false;
    }
    return !now.equals(said.put(namespace, now));
  }

  boolean remove(String namespace) {
    return said.remove(namespace) != null;
  }

  /** Pattern of paths, empty if there is none. */
  String allowedExecutables(String namespace) {
    Said of = said.get(namespace);
    return of == null ? "" : of.allowedExecutables;
  }

  /** Name of a model, empty if there is none. */
  String holdsModel(String namespace) {
    Said of = said.get(namespace);
    return of == null ? "" : of.holdsModel;
  }

  /**
   * The model that annotations of a pod or namespace declare; one without a usable name is none.
   */
  static String model(Map<String, String> annotations) {
    String name = annotations.getOrDefault(HOLDS_MODEL, "").strip();
    boolean usable =
        name.length() <= LONGEST_NAME && name.chars().noneMatch(Character::isISOControl);
    return usable ? name : "";
  }

  /** A pattern that is cut would allow something else: one that is too long allows nothing. */
  private static String pattern(Map<String, String> annotations) {
    String pattern = annotations.getOrDefault(ALLOWED_EXECUTABLES, "");
    return pattern.length() <= LONGEST_PATTERN ? pattern : "";
  }
}
