// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

/** Where snapshots come from. */
@FunctionalInterface
interface SnapshotSource {

  /** May take as long as the agent's next poll. */
  Snapshot snapshot() throws AgentUnreachable;
}
