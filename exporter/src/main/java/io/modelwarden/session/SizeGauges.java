// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.workload.Workload;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reports sizes of files and models to a workload when they are new to it or have changed. */
final class SizeGauges {

  private static final int LIMIT = 4_096;

  private record Key(Workload workload, String path, String model) {}

  private final Map<Key, Long> reported =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
          return size() > LIMIT; // is only reported once more
        }
      };
  private final EvidenceSink sink;

  SizeGauges(EvidenceSink sink) {
    this.sink = sink;
  }

  void file(Workload workload, String path, String model, long bytes, long epochNanos) {
    if (isNew(new Key(workload, path, model), bytes)) {
      sink.measure(new Measurement.FileSize(workload, epochNanos, path, model, bytes));
    }
  }

  void model(Workload workload, ModelSet set, long epochNanos) {
    if (isNew(new Key(workload, "", set.name()), set.sizeBytes())) {
      sink.measure(
          new Measurement.ModelSize(
              workload, epochNanos, set.name(), set.format(), set.sizeBytes()));
    }
  }

  private boolean isNew(Key key, long bytes) {
    Long before = reported.put(key, bytes);
    return before == null || before != bytes;
  }
}
