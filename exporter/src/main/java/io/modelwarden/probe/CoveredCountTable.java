// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.StructLayout;
import io.modelwarden.event.Coverage;
import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessKey;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/** A table of counts whose entries also know which parts of a file were taken. */
final class CoveredCountTable {

  /** Something was added to an entry. */
  @FunctionalInterface
  interface Added {
    void accept(MapKey key, Increment increment, Coverage coverage);
  }

  private final CountTable counts;
  private final Layouts.CoverageLayout layout;

  /** Bytes without a place that were told, of the few entries that have any. */
  private final Map<MapKey, Long> unplaced = new HashMap<>();

  /**
   * The key of the map begins with the process that the entry belongs to.
   *
   * @param totals where the totals lie in the value
   */
  CoveredCountTable(
      CountMap map, Layouts layouts, StructLayout value, Layouts.CountsLayout totals, Clock clock) {
    this.counts = new CountTable(map, layouts, totals, clock);
    this.layout = new Layouts.CoverageLayout(value);
  }

  void poll(Predicate<ProcessKey> later, Added changed) {
    counts.poll(
        later,
        (key, increment, values, at) -> changed.accept(key, increment, coverage(key, values, at)));
  }

  private Coverage coverage(MapKey key, ByteBuffer values, int at) {
    long now = layout.unplaced().get(values, at);
    Long before = now == 0 ? null : unplaced.put(key, now);
    return layout.read(values, at, now - (before == null ? 0 : before));
  }

  void forget(Set<ProcessKey> ended) {
    counts.forget(ended);
    unplaced.keySet().removeIf(key -> !counts.knows(key));
  }

  void forEachKey(Consumer<ByteBuffer> consumer) {
    counts.forEachKey(consumer);
  }

  /** A part of every key, such as the file. */
  void collect(ToIntFunction<ByteBuffer> part, Set<Integer> into) {
    counts.collect(part, into);
  }
}
