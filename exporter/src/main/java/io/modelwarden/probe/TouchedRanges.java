// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What samples have seen of one file in one address space, and the distinct bytes that were touched
 * at the least. A sample says how much of a range was resident, not which parts: of two ranges that
 * overlap, the smaller may have touched there what the larger had.
 */
final class TouchedRanges {

  /** Beyond that the smallest are forgotten: a window that slides over a file leaves many. */
  private static final int MOST = 64;

  private static final Comparator<Range> LARGEST_FIRST =
      Comparator.comparingLong(Range::touchedBytes).reversed();

  /**
   * A range of the file, behind whose bytes nothing is left out.
   *
   * @param end exclusive
   */
  record Range(long start, long end, long touchedBytes) {

    boolean isSameRange(Range other) {
      return start == other.start && end == other.end;
    }

    long overlap(Range other) {
      return Math.max(0, Math.min(end, other.end) - Math.max(start, other.start));
    }

    boolean isFull() {
      return touchedBytes == end - start;
    }
  }

  private final List<Range> ranges = new ArrayList<>(1);
  private long bytes;

  /**
   * Adds what one sample saw.
   *
   * @return by how many bytes it raises what is certain
   */
  long add(List<Range> seen) {
    seen.forEach(this::keepLarger);
    ranges.sort(LARGEST_FIRST);
    long before = bytes;
    bytes = Math.max(bytes, certainBytes());
    if (ranges.size() > MOST) {
      ranges.subList(MOST, ranges.size()).clear();
    }
    return bytes - before;
  }

  private void keepLarger(Range range) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).isSameRange(range)) {
        if (range.touchedBytes() > ranges.get(i).touchedBytes()) {
          ranges.set(i, range);
        }
        return;
      }
    }
    if (range.touchedBytes() > 0) {
      ranges.add(range);
    }
  }

  private long certainBytes() {
    long sum = 0;
    for (int i = 0; i < ranges.size(); i++) {
      long own = ranges.get(i).touchedBytes();
      for (int larger = 0; larger < i; larger++) {
        own -= ranges.get(i).overlap(ranges.get(larger));
      }
      sum += Math.max(0, own);
    }
    return sum;
  }
}
