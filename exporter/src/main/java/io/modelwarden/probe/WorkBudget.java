// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/**
 * Keeps work whose pieces last nobody knows how long to a share of one processor: each piece is
 * paid from what the time before has given, and a long one is paid off before the next begins.
 */
final class WorkBudget {

  private final long share;
  private final long most;
  private long credit;
  private long last;

  /**
   * @param share one part of so many of the time
   * @param mostNanos what is saved at the most, and there at the start
   */
  WorkBudget(long share, long mostNanos, long nowNanos) {
    this.share = share;
    this.most = mostNanos;
    this.credit = mostNanos;
    this.last = nowNanos;
  }

  boolean allows(long nowNanos) {
    credit = Math.min(most, credit + (nowNanos - last) / share);
    last = nowNanos;
    return credit > 0;
  }

  void spend(long nanos) {
    credit -= nanos;
  }
}
