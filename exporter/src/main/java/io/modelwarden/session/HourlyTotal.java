// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.Arrays;

/**
 * A sum over the last hours, the current one included. Most have few hours with anything in them.
 */
final class HourlyTotal {

  private final long windowHours;
  private long[] hours = new long[1];
  private long[] amounts = new long[1];
  private int count;
  private long sum;

  HourlyTotal(long windowHours) {
    this.windowHours = windowHours;
  }

  /**
   * @param hour not before that of the last call
   */
  long add(long hour, long amount) {
    forgetBefore(hour - windowHours);
    if (count == 0 || hours[count - 1] != hour) {
      if (count == hours.length) {
        hours = Arrays.copyOf(hours, 2 * count);
        amounts = Arrays.copyOf(amounts, 2 * count);
      }
      hours[count] = hour;
      amounts[count] = 0;
      count++;
    }
    amounts[count - 1] += amount;
    sum += amount;
    return sum;
  }

  /** Adds what another total has, hour by hour. Both were last used in the same hour or before. */
  void addAll(HourlyTotal other) {
    HourlyTotal merged = new HourlyTotal(windowHours);
    int own = 0;
    int theirs = 0;
    while (own < count || theirs < other.count) {
      boolean ownFirst =
          theirs == other.count || (own < count && hours[own] <= other.hours[theirs]);
      if (ownFirst) {
        merged.add(hours[own], amounts[own++]);
      } else {
        merged.add(other.hours[theirs], other.amounts[theirs++]);
      }
    }
    hours = merged.hours;
    amounts = merged.amounts;
    count = merged.count;
    sum = merged.sum;
  }

  long sum(long hour) {
    forgetBefore(hour - windowHours);
    return sum;
  }

  /** The hour in which the window begins stays whole, so that the sum never covers less. */
  private void forgetBefore(long hour) {
    int old = 0;
    while (old < count && hours[old] < hour) {
      sum -= amounts[old];
      old++;
    }
    if (old > 0) {
      System.arraycopy(hours, old, hours, 0, count - old);
      System.arraycopy(amounts, old, amounts, 0, count - old);
      count -= old;
    }
  }
}
