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

  /** The path as measurements tell it: empty where they do not tell files apart. */
  String metricPath(String path) {
    return settings.filePathsOnMetrics() ? path : "";
  }

  ModelUse use(Lineage lineage, String model) {
    return lineage.use(model, settings, losses);
  }

  /** Whether the process belongs to what is loading this model now. */
  Phase phase(TrackedProcess process, String model) {
    return loadingShare(process, model, 1) > 0 ? Phase.LOADING : Phase.SERVING;
  }

  /** How many of the next bytes of this model belong to loading it. */
  long loadingShare(TrackedProcess process, String model, long bytes) {
    Loading loading = process.loading;
    return loading == null
        ? 0
        : loading.share(model, bytes, catalog.set(model).sizeBytes(), time.nanos());
  }

  /** The tree has data of this model in its memory, taken in this time. */
  void took(Lineage lineage, String model, Increment increment) {
    use(lineage, model).heldSince(increment.firstEpochNanos());
    lineage.lastReadEpochNanos = Math.max(lineage.lastReadEpochNanos, increment.lastEpochNanos());
    lineage.lastReadNanos = time.nanos();
  }
}
