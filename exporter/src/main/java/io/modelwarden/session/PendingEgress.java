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
 * so that what was sent long before a read is no part of it.
 */
final class PendingEgress {

  private static final int FLOWS = 128;

  private Map<Flow, Increment> older = Map.of();
  private Map<Flow, Increment> newer = Map.of();
  private long newerSinceNanos;
  private long lastNanos;

  void add(Flow flow, Increment increment, Context context) {
    age(context);
    if (newer.isEmpty()) {
      newer = new LinkedHashMap<>(2);
      newerSinceNanos = context.time().nanos();
    }
    lastNanos = context.time().nanos();
    if (newer.size() >= FLOWS && !newer.containsKey(flow)) {
      context.losses().count(SessionLoss.PENDING_EGRESS_DROPPED);
      return;
    }
    newer.merge(flow, increment, Increments::sum);
  }

  /** Hands everything over that still belongs to the session that now begins. */
  void drain(Context context, BiConsumer<Flow, Increment> to) {
    age(context);
    Map<Flow, Increment> first = older;
    Map<Flow, Increment> second = newer;
    older = Map.of();
    newer = Map.of();
    first.forEach(to);
    second.forEach(to);
  }

  private void age(Context context) {
    if (newer.isEmpty()) {
      return;
    }
    if (context.time().nanos() - lastNanos > context.settings().quietPeriod().toNanos()) {
      older = Map.of();
      newer = Map.of();
    } else if (context.time().nanos() - newerSinceNanos > context.settings().maximum().toNanos()) {
      older = newer;
      newer = Map.of();
    }
  }
}
