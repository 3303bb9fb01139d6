// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One trace: what a process tree does from its first access until it is quiet. */
final class Session {

  final SpanIdentity root = SpanIds.root();
  Lineage lineage;
  final long startNanos;
  long activeNanos;
  private long sliceNanos;

  final TrackedProcess process;
  private final List<SpanIdentity> links;
  private final Map<Object, Slice> slices = new LinkedHashMap<>(4);
  private final Set<String> models = new HashSet<>(2);
  private int spansInSlice;
  private long startEpochNanos = Long.MAX_VALUE;
  private long endEpochNanos;

  Session(TrackedProcess process, @Nullable SpanIdentity continued, long nowNanos) {
    this.process = process;
    this.lineage = process.lineage;
    this.links = continued == null ? List.of() : List.of(continued);
    this.startNanos = nowNanos;
    this.activeNanos = nowNanos;
    this.sliceNanos = nowNanos;
  }

  boolean isDue(long nowNanos, long limitNanos) {
    return nowNanos - sliceNanos >= limitNanos;
  }

  boolean wouldExceed(Increment increment, long limitNanos) {
    for (Slice slice : slices.values()) {
      if (slice.wouldExceed(increment, limitNanos)) {
        return true;
      }
    }
    return false;
  }

  /** The slice of this key, or where the session has too many, the one of the coarser key. */
  Slice slice(TrackedProcess by, Object key, Object coarser, int limit) {
    Slice slice = slices.get(key);
    if (slice != null) {
      return slice;
    }
    if (spansInSlice < limit) {
      spansInSlice++;
      slice = new Slice(SpanIds.childOf(root), by, false);
      slices.put(key, slice);
      return slice;
    }
    return slices.computeIfAbsent(coarser, ignored -> new Slice(SpanIds.childOf(root), by, true));
  }

  /** Ends the slices that fit and hands them over. */
  List<Slice> take(Predicate<Slice> which) {
    List<Slice> taken = new ArrayList<>();
    slices.values().removeIf(slice -> which.test(slice) && taken.add(slice));
    for (Slice slice : taken) {
      startEpochNanos = Math.min(startEpochNanos, slice.startEpochNanos());
      endEpochNanos = Math.max(endEpochNanos, slice.endEpochNanos());
      models.add(slice.model());
    }
    return taken;
  }

  List<Slice> takeAll(long nowNanos) {
    sliceNanos = nowNanos;
    spansInSlice = 0;
    return take(slice -> true);
  }

  /** The root, after the last slice was taken. */
  Evidence evidence(ModelCatalog catalog, Phase phase) {
    return new Evidence(
        root,
        null,
        links,
        startEpochNanos,
        endEpochNanos,
        process.workload,
        process.facts,
        phase,
        models.size() == 1 ? catalog.set(models.iterator().next()) : null,
        new Evidence.SessionFacts());
  }

  String anyModel() {
    return models.isEmpty() ? "" : models.iterator().next();
  }
}
