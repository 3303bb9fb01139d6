// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import org.jspecify.annotations.Nullable;

/**
 * A container of a pod, as far as it is known. Once it has its name, it is that name in that pod,
 * however often the container is started again.
 *
 * @param podUid as the API calls the pod where it has names, else as the kubelet does
 * @param containerId empty once the container has its name
 * @param awaited whether names may still come
 */
public record PodContainer(
    String podUid, String containerId, boolean awaited, @Nullable PodNames names) {}
