// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What an armed process sent before anything is known to have been read: another thread sends while
 * the first read still runs, and a whole file leaves inside one sendfile. Kept in two generations,
 * so that what was sent long before a read is no part of it. Time is that of the kernel: a send and
 * the read before it may be told in two polls, however far these lie apart.
 */
final class PendingEgress {

  private static final int FLOWS = 128;

  private Map<Flow, Increment> older = Map.of();
  private Map<Flow, Increment> newer = Map.of();
  private long newerSinceEpochNanos;
  private long lastEpochNanos;

  void add(Flow flow, Increment increment, Context context) {
    age(increment.lastEpochNanos(), context.settings());
    if (newer.isEmpty()) {
      newer = new LinkedHashMap<>(2);
      newerSinceEpochNanos = increment.lastEpochNanos();
    }
    lastEpochNanos = Math.max(lastEpochNanos, increment.lastEpochNanos());
    if (newer.size() >= FLOWS && !newer.containsKey(flow)) {
      context.losses().count(SessionLoss.PENDING_EGRESS_DROPPED);
      return;
    }
    newer.merge(flow, increment, Increments::sum);
  }

  /** Hands everything over that still belongs to the session that began then. */
  void drain(long sinceEpochNanos, SessionSettings settings, BiConsumer<Flow, Increment> to) {
    age(sinceEpochNanos, settings);
    Map<Flow, Increment> first = older;
    Map<Flow, Increment> second = newer;
    older = Map.of();
    newer = Map.of();
    first.forEach(to);
    second.forEach(to);
  }

  private void age(long epochNanos, SessionSettings settings) {
    if (newer.isEmpty()) {
      return;
    }
    if (epochNanos - lastEpochNanos > settings.quietPeriod().toNanos()) {
      older = Map.of();
      newer = Map.of();
    } else if (epochNanos - newerSinceEpochNanos > settings.maximum().toNanos()) {
      older = newer;
      newer = Map.of();
    }
  }
}
