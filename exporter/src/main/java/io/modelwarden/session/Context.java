// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** What the trackers of one agent share. */
record Context(
    SessionSettings settings,
    SteadyTime time,
    ModelCatalog catalog,
    EvidenceSink sink,
    SessionLosses losses) {

  <K> RunningTotals<K> newTotals() {
    return new RunningTotals<>(settings, time, losses);
  }

  ModelUse use(Lineage lineage, String model) {
    return lineage.use(model, settings, time, losses);
  }

  Phase phase(ModelUse use) {
    return use.phase(catalog.set(use.model).sizeBytes(), settings, time);
  }

  /** Whether the tree is loading this model; one that never read it is not. */
  Phase phase(Lineage lineage, String model) {
    ModelUse use = lineage.use(model);
    return use == null ? Phase.SERVING : phase(use);
  }

  void noteRead(Lineage lineage, long epochNanos) {
    lineage.lastReadEpochNanos = Math.max(lineage.lastReadEpochNanos, epochNanos);
    lineage.lastReadNanos = time.nanos();
  }
}
