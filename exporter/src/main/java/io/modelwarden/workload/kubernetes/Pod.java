// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.modelwarden.workload.PodNames.Owner;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a pod.
 *
 * @param kubeletUid as its cgroups are called: of a static pod the hash of its manifest
 * @param owner its controller, null if there is none
 * @param templateHash label by which a Deployment tells its ReplicaSets apart, empty if none
 * @param annotations all that are used: those allowed and those of the derivation
 */
record Pod(
    String namespace,
    String name,
    String uid,
    String kubeletUid,
    @Nullable Owner owner,
    String templateHash,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<Container> containers) {

  /**
   * @param ready of its present run
   * @param ids of its runs, as far as the API tells them: the present and the last one
   */
  record Container(
      String name,
      String image,
      boolean ephemeral,
      boolean mountsHostRoot,
      boolean ready,
      List<String> ids) {

    boolean isPresent(String id) {
      return !ids.isEmpty() && ids.get(0).equals(id);
    }
  }
}
