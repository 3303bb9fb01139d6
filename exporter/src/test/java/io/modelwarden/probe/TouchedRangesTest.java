// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.probe.TouchedRanges.Range;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is certain of pages that were touched, when only their number is known. */
class TouchedRangesTest {

  private final TouchedRanges ranges = new TouchedRanges();

  @Test
  void rangesApart_addUp() {
    assertThat(add(new Range(0, 100, 40), new Range(100, 200, 30))).isEqualTo(70);
  }

  @Test
  void sameRangeMappedTwice_countsTheLarger() {
    assertThat(add(new Range(0, 100, 40), new Range(0, 100, 60))).isEqualTo(60);
  }

  @Test
  void overlap_mayHaveTouchedTheSame() {
    assertThat(add(new Range(0, 100, 80), new Range(50, 150, 70))).isEqualTo(100);
  }

  @Test
  void more_isToldAsTheDifference_andLessIsNot() {
    assertThat(add(new Range(0, 100, 40))).isEqualTo(40);
    assertThat(add(new Range(0, 100, 40))).isZero();
    assertThat(add(new Range(0, 100, 90))).isEqualTo(50);
    assertThat(add(new Range(0, 100, 10))).as("the kernel took pages away").isZero();
    assertThat(add(new Range(0, 100, 100))).isEqualTo(10);
  }

  @Test
  void partsOfARangeThatWasFull_addNothing() {
    assertThat(add(new Range(0, 100, 100))).isEqualTo(100);
    assertThat(add(new Range(0, 50, 50), new Range(50, 100, 50))).isZero();
  }

  @Test
  void windowsThatSlide_addUpAndNeverGoDown() {
    long sum = 0;
    for (int window = 0; window < 1000; window++) {
      long more = add(new Range(window * 10L, window * 10L + 10, 10));
      assertThat(more).isGreaterThanOrEqualTo(0);
      sum += more;
    }
    assertThat(sum).isBetween(640L, 10_000L);
  }

  /** Against the pages that a play has really touched. */
  @Test
  void neverMoreThanWasTouched_whateverIsMapped() {
    Random random = new Random(11);
    for (int play = 0; play < 200; play++) {
      TouchedRanges seen = new TouchedRanges();
      boolean[] touched = new boolean[64];
      long told = 0;
      for (int sample = 0; sample < 20; sample++) {
        int start = random.nextInt(63);
        int end = start + 1 + random.nextInt(64 - start);
        int pages = 0;
        for (int page = start; page < end; page++) {
          boolean touches = random.nextInt(3) == 0;
          touched[page] |= touches;
          pages += touches ? 1 : 0;
        }
        told += seen.add(List.of(new Range(start, end, pages)));
        assertThat(told).isLessThanOrEqualTo(count(touched)).isGreaterThanOrEqualTo(pages);
      }
    }
  }

  private static long count(boolean[] pages) {
    long count = 0;
    for (boolean page : pages) {
      count += page ? 1 : 0;
    }
    return count;
  }

  private long add(Range... seen) {
    return ranges.add(List.of(seen));
  }
}
