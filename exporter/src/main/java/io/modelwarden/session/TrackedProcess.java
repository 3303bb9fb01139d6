// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.workload.Workload;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One image of a process, and which models it holds. Most processes hold one or none. */
final class TrackedProcess {

  /** How and since when (Unix time) a model is held. */
  record Held(Via via, long sinceEpochNanos) {}

  ProcessFacts facts;
  Workload workload;
  final Lineage lineage;
  @Nullable TrackedProcess parent;
  final Set<TrackedProcess> children = new HashSet<>(0);

  private final Map<String, Held> holdings = new LinkedHashMap<>(2);
  private final Map<Integer, Long> mapped = new HashMap<>(0);
  private final Map<String, Long> written = new HashMap<>(0);
  private final Set<String> peers = new HashSet<>(0);

  final PendingEgress pending = new PendingEgress();
  int provisional;

  /** Whether this image itself read, mapped or wrote, so that it has the data in its memory. */
  boolean tookData;

  /** Steady time at which it was first seen. */
  final long seenNanos;

  /** Steady time of the exec that dropped the memory, or -1. */
  long droppedNanos = -1;

  /** Steady time at which it is removed although a verdict is missing, or -1 while it lives. */
  long removeNanos = -1;

  TrackedProcess(ProcessFacts facts, Workload workload, Lineage lineage, long seenNanos) {
    this.facts = facts;
    this.workload = workload;
    this.lineage = lineage;
    this.seenNanos = seenNanos;
    lineage.processes++;
  }

  void setParent(TrackedProcess parent) {
    this.parent = parent;
    parent.children.add(this);
  }

  ProcessKey key() {
    return facts.key();
  }

  String executable() {
    return facts.executableName();
  }

  boolean holds() {
    return !holdings.isEmpty();
  }

  Map<String, Held> holdings() {
    return holdings;
  }

  /**
   * Whether it got what its parent held since then. An exec takes all of the image before it; its
   * start is that of the process, which says when the process was forked.
   */
  boolean inherits(long sinceEpochNanos) {
    boolean image =
        facts.origin() == Origin.EXECUTED && parent != null && parent.key().equals(facts.parent());
    return image || facts.startEpochNanos() >= sinceEpochNanos;
  }

  /** The better reason and the earlier time win. Whether the process held nothing before. */
  boolean hold(String model, Via via, long sinceEpochNanos, int limit) {
    boolean first = holdings.isEmpty();
    Held before = holdings.get(model);
    if (before == null && holdings.size() >= limit) {
      return false;
    }
    long since =
        before == null ? sinceEpochNanos : Math.min(before.sinceEpochNanos(), sinceEpochNanos);
    Via reason = before != null && before.via().compareTo(via) <= 0 ? before.via() : via;
    holdings.put(model, new Held(reason, since));
    return first;
  }

  /** Of the models it holds, the one of which its lineage holds most. */
  String largestModel() {
    return lineage.largest(holdings.keySet());
  }

  Holding holding(long atEpochNanos) {
    Held held = holdings.get(largestModel());
    return lineage.holding(held == null ? Via.SELF : held.via(), atEpochNanos);
  }

  /** Bytes written to a model so far; beyond the limit of models each write stands alone. */
  long addWritten(String model, long bytes, int limit) {
    if (written.size() >= limit && !written.containsKey(model)) {
      return bytes;
    }
    return written.merge(model, bytes, Long::sum);
  }

  void setMapped(int fileId, long bytes) {
    boolean before = !mapped.isEmpty();
    if (bytes > 0) {
      mapped.put(fileId, bytes);
    } else {
      mapped.remove(fileId);
    }
    lineage.mapping += (mapped.isEmpty() ? 0 : 1) - (before ? 1 : 0);
  }

  long mappedBytes(int fileId) {
    return mapped.getOrDefault(fileId, 0L);
  }

  boolean maps() {
    return !mapped.isEmpty();
  }

  void unmapAll() {
    if (maps()) {
      lineage.mapping--;
      mapped.clear();
    }
  }

  /** Whether this peer may be shown: the first ones may. */
  boolean showsPeer(String peer, int limit) {
    return peers.contains(peer) || (peers.size() < limit && peers.add(peer));
  }

  /** Leaves its tree; its children become those of its parent. */
  void remove() {
    unmapAll();
    lineage.processes--;
    for (TrackedProcess child : children) {
      child.parent = parent;
      if (parent != null) {
        parent.children.add(child);
      }
    }
    if (parent != null) {
      parent.children.remove(this);
    }
  }
}
