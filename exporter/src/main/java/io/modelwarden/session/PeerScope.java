// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** Where a peer is, seen from the node; the first that fits. */
public enum PeerScope {
  LOOPBACK,
  NODE,
  PROXY,
  POD,
  CLUSTER,
  OUTSIDE,
  PRIVATE,
  PUBLIC,
  LOCAL,
  EXEC_STDIO
}
