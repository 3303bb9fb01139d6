// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

/** Whether a container is ready, as the API tells it. */
public enum Readiness {
  /** Nobody has said anything: outside of a cluster, or not yet. */
  UNKNOWN,
  NOT_READY,
  READY
}
