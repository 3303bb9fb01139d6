// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;

/** What the trackers of one agent share. */
record Context(
    SessionSettings settings,
    SteadyTime time,
    ModelCatalog catalog,
    EvidenceSink sink,
    SessionLosses losses,
    LiveReaders live) {

  <K> RunningTotals<K> newTotals() {
    return new RunningTotals<>(settings, time, losses);
  }

  ModelUse use(Lineage lineage, String model) {
    return lineage.use(model, settings, losses);
  }

  Phase phase(ModelUse use) {
    return use.phase(catalog.set(use.model).sizeBytes(), settings, time);
  }

  /** Whether the tree is loading this model; one that never read it is not. */
  Phase phase(Lineage lineage, String model) {
    ModelUse use = lineage.use(model);
    return use == null ? Phase.SERVING : phase(use);
  }

  /** The tree has data of this model in its memory, taken in this time. */
  void took(Lineage lineage, String model, Increment increment) {
    use(lineage, model).heldSince(increment.firstEpochNanos());
    lineage.lastReadEpochNanos = Math.max(lineage.lastReadEpochNanos, increment.lastEpochNanos());
    lineage.lastReadNanos = time.nanos();
  }
}
