// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessKey;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Turns the totals of a map into increments. What the kernel has counted is never reset: a poll
 * that comes late or fails takes nothing away. Bytes can fall by what was counted ahead and did not
 * come: what was told stays told, and only what exceeds it is told again. Keys stay bytes until
 * something has changed: a full map costs little memory and a quiet one little time.
 */
final class CountTable {

  /** Something was added to an entry, whose value lies in a buffer. */
  @FunctionalInterface
  interface Added {
    void accept(MapKey key, Increment increment, ByteBuffer values, int at);
  }

  /** What was known after the last poll. */
  private record Known(long bytes, long operations, long lastNanos) {}

  private final CountMap map;
  private final int keyBytes;
  private final Layouts.CountsLayout layout;
  private final Layouts.ProcessKeyLayout owner;
  private final Clock clock;
  private final Map<MapKey, Known> known = new HashMap<>();

  /** The key of the map begins with the process that the entry belongs to. */
  CountTable(CountMap map, Layouts layouts, Layouts.CountsLayout layout, Clock clock) {
    this.map = map;
    this.keyBytes = map.keyBytes();
    this.layout = layout;
    this.owner = layouts.processKey;
    this.clock = clock;
  }

  /**
   * Reports what was added since the last look; an entry first seen counts from its first touch.
   *
   * @param later processes whose new entries are left for a later look
   */
  void poll(Predicate<ProcessKey> later, Added changed) {
    map.forEach((keys, keyAt, values, at) -> update(keys, keyAt, values, at, later, changed));
  }

  private void update(
      ByteBuffer keys,
      int keyAt,
      ByteBuffer values,
      int at,
      Predicate<ProcessKey> later,
      Added changed) {
    MapKey key = MapKey.copy(keys, keyAt, keyBytes);
    Known before = known.get(key);
    Counts now = layout.read(values, at);
    long told = before == null ? 0 : before.bytes;
    long bytes = Math.max(now.bytes() - told, 0);
    long operations = now.operations() - (before == null ? 0 : before.operations);
    if (bytes == 0 && operations == 0) {
      return;
    }
    if (before == null && later.test(owner.read(keys, keyAt))) {
      return;
    }
    known.put(key, new Known(told + bytes, now.operations(), now.lastNanos()));
    long first = before == null ? now.firstNanos() : before.lastNanos;
    changed.accept(
        key,
        new Increment(
            bytes,
            operations,
            clock.toEpochNanos(first),
            clock.toEpochNanos(Math.max(first, now.lastNanos()))),
        values,
        at);
  }

  /** Removes the entries of processes that are gone, from the map too. */
  void forget(Set<ProcessKey> ended) {
    forgetWhere(key -> ended.contains(owner.read(key, 0)));
  }

  /** Removes the entries with such keys, from the map too. */
  void forgetWhere(Predicate<ByteBuffer> gone) {
    for (Iterator<MapKey> keys = known.keySet().iterator(); keys.hasNext(); ) {
      MapKey key = keys.next();
      if (gone.test(key.view())) {
        keys.remove();
        map.delete(key.bytes());
      }
    }
  }

  /**
   * Removes those of these entries to which nothing was added since then.
   *
   * @param bootNanos CLOCK_BOOTTIME
   */
  void forgetIdle(Predicate<ByteBuffer> some, long bootNanos) {
    known
        .entrySet()
        .removeIf(
            entry -> {
              MapKey key = entry.getKey();
              boolean gone = entry.getValue().lastNanos < bootNanos && some.test(key.view());
              if (gone) {
                map.delete(key.bytes());
              }
              return gone;
            });
  }

  boolean knows(MapKey key) {
    return known.containsKey(key);
  }

  void forEachKey(Consumer<ByteBuffer> consumer) {
    known.keySet().forEach(key -> consumer.accept(key.view()));
  }

  /** A part of every key, such as the file. */
  void collect(ToIntFunction<ByteBuffer> part, Set<Integer> into) {
    known.keySet().forEach(key -> into.add(part.applyAsInt(key.view())));
  }
}
