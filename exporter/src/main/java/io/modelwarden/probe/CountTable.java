// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessKey;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Turns totals that only grow into increments. What the kernel has counted is never reset: a poll
 * that comes late or fails takes nothing away.
 */
final class CountTable<K> {

  private final Map<K, Counts> previous = new HashMap<>();
  private final Function<K, ProcessKey> owner;
  private final Clock clock;

  CountTable(Function<K, ProcessKey> owner, Clock clock) {
    this.owner = owner;
    this.clock = clock;
  }

  /**
   * Reports what was added since the last look; an entry first seen counts from its first touch.
   */
  void update(K key, Counts now, BiConsumer<K, Increment> sink) {
    Counts before = previous.getOrDefault(key, Counts.NONE);
    long bytes = now.bytes() - before.bytes();
    long operations = now.operations() - before.operations();
    if (bytes == 0 && operations == 0) {
      return;
    }
    previous.put(key, now);
    long first = before == Counts.NONE ? now.firstNanos() : before.lastNanos();
    sink.accept(
        key,
        new Increment(
            bytes,
            operations,
            clock.toEpochNanos(first),
            clock.toEpochNanos(Math.max(first, now.lastNanos()))));
  }

  /** Forgets the entries of processes that are gone, and hands each to {@code removal}. */
  void forget(Set<ProcessKey> ended, java.util.function.Consumer<K> removal) {
    for (Iterator<K> keys = previous.keySet().iterator(); keys.hasNext(); ) {
      K key = keys.next();
      if (ended.contains(owner.apply(key))) {
        keys.remove();
        removal.accept(key);
      }
    }
  }

  int size() {
    return previous.size();
  }
}
