// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counters of what was lost, by reason; all zero from the start, readable from any thread. */
public final class SessionLosses {

  private final AtomicLongArray counts = new AtomicLongArray(SessionLoss.values().length);

  SessionLosses() {}

  void count(SessionLoss loss) {
    counts.incrementAndGet(loss.ordinal());
  }

  public long get(SessionLoss loss) {
    return counts.get(loss.ordinal());
  }

  /** Every reason in lower case ("process_evicted") with its count. */
  public Map<String, Long> byReason() {
    Map<String, Long> reasons = new TreeMap<>();
    for (SessionLoss loss : SessionLoss.values()) {
      reasons.put(loss.name().toLowerCase(Locale.ROOT), get(loss));
    }
    return reasons;
  }
}
