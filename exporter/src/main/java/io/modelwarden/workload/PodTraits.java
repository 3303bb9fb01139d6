// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.util.Map;

/**
 * What rules ask of a container of a pod. Unlike its names these may change.
 *
 * @param labels all of the pod
 * @param container its name, empty while the API does not know this container of the pod
 */
public record PodTraits(String namespace, Map<String, String> labels, String container) {}
