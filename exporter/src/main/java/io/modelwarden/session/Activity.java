// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one process image took and sent, as it is looked at live. */
final class Activity {

  private static final Set<PeerScope> ON_NODE =
      Set.of(PeerScope.LOOPBACK, PeerScope.NODE, PeerScope.LOCAL);

  private static final class Taken {
    Thing thing;
    long bytes;
    final RecentRate rate = new RecentRate();

    Taken(Thing thing) {
      this.thing = thing;
    }
  }

  /** Where something was sent. */
  record Destination(String peer, int port, PeerScope scope) {}

  private final Map<Object, Taken> taken = new HashMap<>(2);
  private final RecentRate sending = new RecentRate();
  private long sentBytes;
  private @Nullable Destination last;
  private long lastSentEpochNanos;
  private long lastEpochNanos;

  boolean knows(Thing thing) {
    return taken.containsKey(thing.key());
  }

  /** Things that are kept apart. */
  int size() {
    return taken.size();
  }

  void hold(Thing held) {
    entry(held);
  }

  void take(Thing thing, Increment increment, SteadyTime time) {
    Taken entry = entry(thing);
    entry.bytes += increment.bytes();
    entry.rate.add(time.nanos(), increment.bytes());
    lastEpochNanos = Math.max(lastEpochNanos, increment.lastEpochNanos());
  }

  /** What is mapped was taken, also if nobody saw it being mapped. */
  void takeAtLeast(Thing thing, long bytes, long epochNanos) {
    Taken entry = entry(thing);
    entry.bytes = Math.max(entry.bytes, bytes);
    lastEpochNanos = lastEpochNanos == 0 ? epochNanos : lastEpochNanos;
  }

  void send(Destination to, Increment increment, SteadyTime time) {
    sentBytes += increment.bytes();
    sending.add(time.nanos(), increment.bytes());
    if (isNewer(to.scope(), increment.lastEpochNanos())) {
      last = to;
      lastSentEpochNanos = increment.lastEpochNanos();
    }
    lastEpochNanos = Math.max(lastEpochNanos, increment.lastEpochNanos());
  }

  double idleSeconds(SteadyTime time) {
    return Math.max(0, time.epochNanos() - lastEpochNanos) / 1e9;
  }

  Reader.Sent sent(SteadyTime time) {
    long rate = sending.perSecond(time.nanos());
    return last == null
        ? new Reader.Sent(sentBytes, rate, "", 0, "")
        : new Reader.Sent(
            sentBytes,
            rate,
            last.peer(),
            last.port(),
            last.scope().name().toLowerCase(Locale.ROOT));
  }

  /**
   * The largest first.
   *
   * @param limit beyond it the smallest are one
   */
  List<Reading> readings(ModelCatalog catalog, SteadyTime time, int limit) {
    List<Reading> all =
        taken.values().stream()
            .map(entry -> reading(entry, catalog, time))
            .sorted(
                Comparator.comparingLong(Reading::bytes).reversed().thenComparing(Reading::file))
            .toList();
    if (all.size() <= limit) {
      return all;
    }
    List<Reading> shown = new ArrayList<>(all.subList(0, limit - 1));
    shown.add(Reading.sum(all.subList(limit - 1, all.size())));
    return shown;
  }

  private Taken entry(Thing thing) {
    if (!thing.isHeld()) {
      taken.values().removeIf(entry -> entry.thing.isHeld());
    }
    Taken entry = taken.computeIfAbsent(thing.key(), ignored -> new Taken(thing));
    entry.thing = thing;
    return entry;
  }

  /** A byte sent on the node must not hide where the rest went. */
  private boolean isNewer(PeerScope scope, long epochNanos) {
    if (last == null) {
      return true;
    }
    boolean leaves = !ON_NODE.contains(scope);
    boolean left = !ON_NODE.contains(last.scope());
    return leaves == left ? epochNanos >= lastSentEpochNanos : leaves;
  }

  private static Reading reading(Taken taken, ModelCatalog catalog, SteadyTime time) {
    Thing thing = taken.thing;
    ModelSet model = catalog.set(thing.model());
    Double share = model.sizeBytes() == 0 ? null : (double) taken.bytes / model.sizeBytes();
    return new Reading(
        model,
        thing.label(),
        thing.sizeBytes(),
        taken.bytes,
        share,
        taken.rate.perSecond(time.nanos()));
  }
}
