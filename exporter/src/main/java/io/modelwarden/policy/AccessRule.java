// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.policy;

import java.util.List;

/**
 * Which programs of a workload may read or map which files.
 *
 * @param models names, or none for any
 * @param paths patterns, or none for any
 */
record AccessRule(
    Place place,
    List<String> origins,
    List<String> models,
    List<String> executables,
    List<String> paths) {

  boolean isOfHostOrigin() {
    return origins.contains(Facts.HOST);
  }

  /** Of its origins only that one. */
  AccessRule ofHostOriginOnly() {
    return new AccessRule(place, List.of(Facts.HOST), models, executables, paths);
  }
}
