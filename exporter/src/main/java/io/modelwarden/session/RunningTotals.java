// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Sums over the window of totals by key; beyond the bound the key touched longest ago is lost. */
final class RunningTotals<K> {

  private final Map<K, HourlyTotal> totals = new LinkedHashMap<>(16, 0.75f, true);
  private final long windowHours;
  private final int limit;
  private final SteadyTime time;
  private final SessionLosses losses;
  private long sweptHour;

  RunningTotals(SessionSettings settings, SteadyTime time, SessionLosses losses) {
    this.windowHours = settings.totalsWindow().toHours();
    this.limit = settings.limits().totals();
    this.time = time;
    this.losses = losses;
  }

  /** The new sum. */
  long add(K key, long amount) {
    sweep();
    HourlyTotal total = totals.computeIfAbsent(key, ignored -> new HourlyTotal(windowHours));
    if (totals.size() > limit) {
      Iterator<K> eldest = totals.keySet().iterator();
      eldest.next();
      eldest.remove();
      losses.count(SessionLoss.TOTAL_EVICTED);
    }
    return total.add(time.hours(), amount);
  }

  long get(K key) {
    HourlyTotal total = totals.get(key);
    return total == null ? 0 : total.sum(time.hours());
  }

  /** Keys become others; what they had is added to what those have. */
  void rekey(UnaryOperator<K> rename) {
    for (K before : List.copyOf(totals.keySet())) {
      K after = rename.apply(before);
      if (!after.equals(before)) {
        HourlyTotal moved = totals.remove(before);
        totals.computeIfAbsent(after, any -> new HourlyTotal(windowHours)).addAll(moved);
      }
    }
  }

  /** Takes keys away that nobody will add to. */
  void removeIf(Predicate<K> gone) {
    totals.keySet().removeIf(gone);
  }

  int size() {
    return totals.size();
  }

  private void sweep() {
    if (sweptHour != time.hours()) {
      sweptHour = time.hours();
      totals.values().removeIf(total -> total.sum(sweptHour) == 0);
    }
  }
}
