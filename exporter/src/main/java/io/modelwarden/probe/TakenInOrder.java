// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Takes what may not be there yet, so that none is told long before one that stands before it. */
final class TakenInOrder {

  private TakenInOrder() {}

  /**
   * Tries each once, while there is time, and those before the last that was there once more: what
   * was not there in time is by now, if a later one is.
   *
   * @param take whether it was there
   * @return whether any was
   */
  static <T> boolean of(List<T> things, BooleanSupplier inTime, Predicate<T> take) {
    BitSet taken = new BitSet(things.size());
    for (int i = 0; i < things.size() && inTime.getAsBoolean(); i++) {
      taken.set(i, take.test(things.get(i)));
    }
    int last = taken.length() - 1;
    for (int i = taken.nextClearBit(0); i < last; i = taken.nextClearBit(i + 1)) {
      taken.set(i, take.test(things.get(i)));
    }
    return !taken.isEmpty();
  }
}
