// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.SharedArray;
import java.util.Optional;

/**
 * Counts that lie in an array, at the place that a map has for their key. The kernel side takes
 * places; they are given back here, when nobody can count under their key any more.
 */
final class PlacedCounts implements CountMap {

  private final BpfMap places;
  private final SharedArray counts;
  private final BpfMap free;

  /**
   * @param places by key, 4 bytes each
   * @param counts by place
   * @param free those that were given back
   */
  PlacedCounts(BpfMap places, SharedArray counts, BpfMap free) {
    this.places = places;
    this.counts = counts;
    this.free = free;
  }

  @Override
  public int keyBytes() {
    return places.keyBytes();
  }

  @Override
  public void forEach(BpfMap.EntryConsumer consumer) {
    places.forEach(
        (keys, keyAt, values, at) -> {
          int place = values.getInt(at);
          consumer.accept(keys, keyAt, counts.upTo(place), counts.offset(place));
        });
  }

  @Override
  public void delete(byte[] key) {
    Optional<byte[]> place = places.lookup(key);
    if (place.isPresent() && places.delete(key)) {
      free.push(place.get());
    }
  }
}
