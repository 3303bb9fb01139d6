// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * How much of a model was taken, each part once, by key: the union over processes and sessions.
 * Beyond the bound the key touched longest ago is lost.
 */
final class Coverages<K> {

  private final Map<K, ModelCoverage> keys = new LinkedHashMap<>(16, 0.75f, true);
  private final int limit;
  private final SessionLosses losses;
  private int size;

  /**
   * @param limit files of all keys together, each about 200 bytes
   */
  Coverages(int limit, SessionLosses losses) {
    this.limit = limit;
    this.losses = losses;
  }

  void add(K key, CatalogFile file, Access access) {
    ModelCoverage model = keys.computeIfAbsent(key, any -> new ModelCoverage());
    int before = model.files();
    model.add(file, access, limit);
    size += model.files() - before;
    evict(key);
  }

  /** Share of the model's size, at most 1. */
  double share(K key, ModelSet model) {
    ModelCoverage taken = keys.get(key);
    return taken == null || model.sizeBytes() == 0
        ? 0
        : Math.min(1, (double) taken.distinctBytes() / model.sizeBytes());
  }

  /** Keys become others; what they had is joined with what those have. */
  void rekey(UnaryOperator<K> rename) {
    for (K before : List.copyOf(keys.keySet())) {
      K after = rename.apply(before);
      if (!after.equals(before)) {
        ModelCoverage moved = keys.remove(before);
        ModelCoverage known = keys.putIfAbsent(after, moved);
        if (known != null) {
          size -= known.files() + moved.files();
          known.addAll(moved);
          size += known.files();
        }
      }
    }
  }

  /** Takes keys away that nobody will add to. */
  void removeIf(Predicate<K> gone) {
    keys.entrySet()
        .removeIf(
            entry -> {
              boolean removed = gone.test(entry.getKey());
              size -= removed ? entry.getValue().files() : 0;
              return removed;
            });
  }

  private void evict(K newest) {
    Iterator<Map.Entry<K, ModelCoverage>> eldest = keys.entrySet().iterator();
    while (size > limit && eldest.hasNext()) {
      Map.Entry<K, ModelCoverage> entry = eldest.next();
      if (!entry.getKey().equals(newest)) {
        size -= entry.getValue().files();
        eldest.remove();
        losses.count(SessionLoss.COVERAGE_EVICTED);
      }
    }
  }

  /** The files of one model. */
  private static final class ModelCoverage {

    private final Map<Integer, FileCoverage> byFile = new HashMap<>(2);
    private long distinctBytes;

    int files() {
      return byFile.size();
    }

    long distinctBytes() {
      return distinctBytes;
    }

    /** What finds no place counts in full. */
    void add(CatalogFile file, Access access, int limit) {
      int id = file.facts.id();
      FileCoverage coverage = byFile.get(id);
      if (coverage == null && byFile.size() >= limit) {
        distinctBytes += access.increment().bytes();
        return;
      }
      if (coverage == null) {
        coverage = new FileCoverage();
        byFile.put(id, coverage);
      }
      distinctBytes -= coverage.distinctBytes();
      coverage.add(file.facts.sizeBytes(), access.increment().bytes(), access.coverage());
      distinctBytes += coverage.distinctBytes();
    }

    void addAll(ModelCoverage other) {
      distinctBytes += other.distinctBytes;
      other.byFile.forEach(this::join);
    }

    private void join(int id, FileCoverage other) {
      FileCoverage same = byFile.putIfAbsent(id, other);
      if (same != null) {
        distinctBytes -= same.distinctBytes() + other.distinctBytes();
        same.addAll(other);
        distinctBytes += same.distinctBytes();
      }
    }
  }
}
