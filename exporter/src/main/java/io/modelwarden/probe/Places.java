// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.ProcessKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where undecided files can be looked at. Several processes are kept for each: one that opens and
 * closes a file at once must not take the place of one that keeps it open.
 */
final class Places {

  /** Where a process had a file when it rang: descriptor -1 or address 0 if there was none. */
  record Place(ProcessKey process, int descriptor, long address) {}

  private static final int EACH = 4;

  private final Map<Integer, Map<ProcessKey, Place>> places = new HashMap<>();

  void add(int fileId, Place place) {
    Map<ProcessKey, Place> known = places.computeIfAbsent(fileId, id -> new LinkedHashMap<>(2));
    if (known.size() >= EACH && !known.containsKey(place.process())) {
      known.remove(leastUseful(known));
    }
    known.put(place.process(), place);
  }

  /** The first ones first. */
  List<Place> of(int fileId) {
    return new ArrayList<>(places.getOrDefault(fileId, Map.of()).values());
  }

  /** Whether a process lives through which the file may still be reached. */
  boolean anyLives(int fileId) {
    return of(fileId).stream().anyMatch(place -> ProcFiles.isAlive(place.process()));
  }

  void forget(Set<Integer> files) {
    places.keySet().removeAll(files);
  }

  /** One that is gone, else the newest: the first ones may have it open for long. */
  private static ProcessKey leastUseful(Map<ProcessKey, Place> known) {
    List<ProcessKey> keys = new ArrayList<>(known.keySet());
    return keys.stream()
        .filter(key -> !ProcFiles.isAlive(key))
        .findFirst()
        .orElse(keys.get(keys.size() - 1));
  }
}
