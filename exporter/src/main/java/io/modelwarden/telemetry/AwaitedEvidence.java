// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.modelwarden.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evidence that waits for the names of its workload. */
final class AwaitedEvidence {

  /** Beyond it nothing waits: a flood of containers must not fill the memory. */
  private static final int LIMIT = 1024;

  private static final int NAMES_LIMIT = 4096;

  private final Map<Workload, List<Evidence>> waiting = new HashMap<>();

  /** Processes that have ended may be told of with the names of before. */
  private final Map<Workload, Workload> names =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Workload, Workload> eldest) {
          return size() > NAMES_LIMIT;
        }
      };

  private int size;

  /** The same with the names that its workload has now, or null if it has to wait for them. */
  synchronized @Nullable Evidence named(Evidence evidence) {
    Workload workload = evidence.workload();
    if (!workload.isAwaited()) {
      return evidence;
    }
    Workload known = names.get(workload);
    if (known != null || size >= LIMIT) {
      return known == null ? evidence : evidence.of(known);
    }
    size++;
    waiting.computeIfAbsent(workload, any -> new ArrayList<>(4)).add(evidence);
    return null;
  }

  /** What has waited for these names, with them. */
  synchronized List<Evidence> take(Workload before, Workload after) {
    names.put(before, after);
    List<Evidence> taken = waiting.remove(before);
    if (taken == null) {
      return List.of();
    }
    size -= taken.size();
    return taken.stream().map(evidence -> evidence.of(after)).toList();
  }

  /** Nothing is told of it any more; what is all the same does not wait, and goes without names. */
  synchronized void end(Workload workload) {
    names.replaceAll((before, after) -> after.equals(workload) ? before : after);
  }

  synchronized List<Evidence> takeAll() {
    List<Evidence> all = waiting.values().stream().flatMap(List::stream).toList();
    waiting.clear();
    size = 0;
    return all;
  }
}
