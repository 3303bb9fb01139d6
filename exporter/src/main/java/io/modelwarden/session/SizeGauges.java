// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.workload.Workload;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reports sizes of files and models to a workload when they are new to it or have changed. */
final class SizeGauges {

  private static final int LIMIT = 4_096;

  private record Key(Workload workload, String path, String model) {}

  private record Size(String format, long bytes) {}

  private final Map<Key, Size> reported =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Size> eldest) {
          return size() > LIMIT; // is only reported once more
        }
      };
  private final EvidenceSink sink;

  SizeGauges(EvidenceSink sink) {
    this.sink = sink;
  }

  void file(Workload workload, String path, String model, long bytes, long epochNanos) {
    Size size = new Size("", bytes);
    if (!size.equals(reported.put(new Key(workload, path, model), size))) {
      sink.measure(new Measurement.FileSize(workload, epochNanos, path, model, bytes));
    }
  }

  /** The format names the stream: when it becomes known, the stream without it goes to zero. */
  void model(Workload workload, ModelSet set, long epochNanos) {
    Size size = new Size(set.format(), set.sizeBytes());
    Size before = reported.put(new Key(workload, "", set.name()), size);
    if (size.equals(before)) {
      return;
    }
    if (before != null && !before.format().equals(size.format())) {
      sink.measure(model(workload, epochNanos, set.name(), new Size(before.format(), 0)));
    }
    sink.measure(model(workload, epochNanos, set.name(), size));
  }

  void ended(Workload workload) {
    reported.keySet().removeIf(key -> key.workload().equals(workload));
  }

  private static Measurement model(Workload workload, long epochNanos, String model, Size size) {
    return new Measurement.ModelSize(workload, epochNanos, model, size.format(), size.bytes());
  }
}
