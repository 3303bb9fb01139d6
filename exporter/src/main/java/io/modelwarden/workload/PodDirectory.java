// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import org.jspecify.annotations.Nullable;

/** Names of the pods of this node, as far as they are known now. Never blocks. */
public interface PodDirectory {

  /**
   * @param podUid as the kubelet calls it
   * @return without the container's name if only the pod is known; null if that is not either
   */
  @Nullable PodNames find(String podUid, String containerId);

  /**
   * What rules may ask of it, as it is now.
   *
   * @param podUid as the kubelet calls it
   * @return null while the pod is not known
   */
  @Nullable PodTraits traits(String podUid, String containerId);

  /** Another number after each change of what this tells. Readable from any thread. */
  long version();

  /**
   * Whether the API has no such pod any more. False while it cannot be asked.
   *
   * @param podUid as the kubelet calls it
   */
  boolean isGone(String podUid);
}
