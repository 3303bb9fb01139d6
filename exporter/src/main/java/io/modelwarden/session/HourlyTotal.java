// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.Arrays;

/** A sum over the last hours, the current one included, in buckets of an hour. */
final class HourlyTotal {

  private final long[] buckets;
  private long newestHour;
  private long sum;

  /** One bucket more than the window has hours, so that it never covers less. */
  HourlyTotal(long windowHours, long hour) {
    buckets = new long[Math.toIntExact(windowHours) + 1];
    newestHour = hour;
  }

  long add(long hour, long amount) {
    advance(hour);
    buckets[index(newestHour)] += amount;
    sum += amount;
    return sum;
  }

  long sum(long hour) {
    advance(hour);
    return sum;
  }

  private void advance(long hour) {
    if (hour - newestHour >= buckets.length) {
      Arrays.fill(buckets, 0);
      sum = 0;
      newestHour = hour;
    }
    while (newestHour < hour) {
      newestHour++;
      sum -= buckets[index(newestHour)];
      buckets[index(newestHour)] = 0;
    }
  }

  private int index(long hour) {
    return Math.toIntExact(hour % buckets.length);
  }
}
