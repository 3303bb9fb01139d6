// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.workload.Workload;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One image of a process, and which models it holds. Most processes hold one or none. */
final class TrackedProcess {

  /** How and since when (Unix time) a model is held. */
  record Held(Via via, long sinceEpochNanos) {}

  static final long NEVER = Long.MAX_VALUE;

  private static final long FIRST_WAIT_NANOS = 30_000_000_000L;
  private static final long LONGEST_WAIT_NANOS = 600_000_000_000L;

  ProcessFacts facts;
  Workload workload;
  ProcessOrigin origin;
  Lineage lineage;

  /** Of the container or unit that it was started with; null if it came in or belongs to none. */
  @Nullable Loading loading;

  @Nullable TrackedProcess parent;
  private Set<TrackedProcess> children = Set.of();

  private Map<String, Held> holdings = Map.of();
  private Map<Integer, Long> mapped = Map.of();
  private Map<String, Long> written = Map.of();
  private Set<String> peers = Set.of();

  /** What it took and sent, once it did; looked at live. */
  @Nullable Activity activity;

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

  /** Steady time before which its mark stays; the time that was waited last. */
  private long armedUntilNanos;

  private long disarmWaitNanos = FIRST_WAIT_NANOS;
  private long markEndsNanos = NEVER;

  TrackedProcess(ProcessFacts facts, Workload workload, long seenNanos) {
    this.facts = facts;
    this.workload = workload;
    this.origin = ProcessOrigin.of(facts, workload);
    this.lineage = new Lineage(facts.key());
    this.seenNanos = seenNanos;
    armedUntilNanos = seenNanos + disarmWaitNanos;
    lineage.add(this);
  }

  boolean mayBeDisarmed(long nowNanos) {
    return nowNanos >= armedUntilNanos;
  }

  void postponeDisarming(long nowNanos) {
    disarmWaitNanos = Math.min(2 * disarmWaitNanos, LONGEST_WAIT_NANOS);
    armedUntilNanos = nowNanos + disarmWaitNanos;
  }

  /** Steady time at which what it inherited before the agent's start is held no more. */
  long markEndsNanos() {
    return markEndsNanos;
  }

  void markEndsAt(long nanos) {
    markEndsNanos = nanos;
  }

  void setParent(TrackedProcess parent) {
    this.parent = parent;
    parent.addChild(this);
  }

  Set<TrackedProcess> children() {
    return children;
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

  /** Unix time since which it holds anything; NEVER if it holds nothing. */
  long holdsSinceEpochNanos() {
    return holdings.values().stream().mapToLong(Held::sinceEpochNanos).min().orElse(NEVER);
  }

  /** Whether it holds anything that it has not got from another process' memory. */
  boolean holdsOwn() {
    return holdings.values().stream().anyMatch(held -> held.via() != Via.MEMORY);
  }

  Map<String, Held> holdings() {
    return holdings;
  }

  /**
   * Whether it got what its parent held since then. An exec takes all of the image before it; its
   * start is that of the process, which says when the process was forked.
   */
  boolean inherits(long sinceEpochNanos) {
    if (cameIntoContainer()) {
      return false;
    }
    boolean image =
        facts.origin() == Origin.EXECUTED && parent != null && parent.key().equals(facts.parent());
    return image || facts.startEpochNanos() >= sinceEpochNanos;
  }

  /**
   * Whether a runtime has put this image there. It has nothing of the runtime's memory, and what it
   * is given it reads from a file, a pipe or a socket.
   */
  private boolean cameIntoContainer() {
    Entrance entrance = facts.entrance();
    return facts.origin() != Origin.PARENT
        && (entrance == Entrance.ENTRYPOINT || entrance == Entrance.EXEC)
        && parent != null
        && parent.facts.entrance() != entrance;
  }

  /**
   * The better reason and the earlier time win. Whether it did not hold this model before. Beyond
   * the limit those go that the tree has forgotten.
   */
  boolean hold(String model, Via via, long sinceEpochNanos, int limit) {
    Held before = holdings.get(model);
    if (before == null && holdings.size() >= limit) {
      holdings.keySet().removeIf(other -> lineage.use(other) == null);
    }
    long since =
        before == null ? sinceEpochNanos : Math.min(before.sinceEpochNanos(), sinceEpochNanos);
    Via reason = before != null && before.via().compareTo(via) <= 0 ? before.via() : via;
    holdings = holdings.isEmpty() ? new HashMap<>(1) : holdings;
    holdings.put(model, new Held(reason, since));
    return before == null;
  }

  /** Of the models it holds, the one of which its lineage holds most. */
  String largestModel() {
    return lineage.largest(holdings.keySet());
  }

  /** What nobody saw being taken may be all of the model, as far as its size is known. */
  Holding holding(long atEpochNanos, ModelCatalog catalog) {
    String model = largestModel();
    Held held = holdings.get(model);
    Via via = held == null ? Via.SELF : held.via();
    Holding holding = lineage.holding(via, atEpochNanos);
    boolean unseen = via == Via.RECOVERED || via == Via.DECLARED || holding.dataBytes() == 0;
    return unseen ? holding.withAtLeast(catalog.set(model).sizeBytes()) : holding;
  }

  /** Bytes written to a model so far; beyond the limit of models each write stands alone. */
  long addWritten(String model, long bytes, int limit) {
    if (written.size() >= limit && !written.containsKey(model)) {
      return bytes;
    }
    written = written.isEmpty() ? new HashMap<>(1) : written;
    return written.merge(model, bytes, Long::sum);
  }

  void setMapped(int fileId, long bytes) {
    boolean before = !mapped.isEmpty();
    if (bytes > 0) {
      mapped = before ? mapped : new HashMap<>(1);
      mapped.put(fileId, bytes);
    } else if (before) {
      mapped.remove(fileId);
    }
    lineage.mapping += (mapped.isEmpty() ? 0 : 1) - (before ? 1 : 0);
  }

  boolean maps() {
    return !mapped.isEmpty();
  }

  void unmapAll() {
    if (maps()) {
      lineage.mapping--;
      mapped = Map.of();
    }
  }

  /** Whether this peer may be shown: the first ones may. */
  boolean showsPeer(String peer, int limit) {
    peers = peers.isEmpty() ? new HashSet<>(1) : peers;
    return peers.contains(peer) || (peers.size() < limit && peers.add(peer));
  }

  /** Leaves its tree; its children become those of its parent. */
  void remove() {
    unmapAll();
    lineage.remove(this);
    for (TrackedProcess child : children) {
      child.parent = parent;
      if (parent != null) {
        parent.addChild(child);
      }
    }
    if (parent != null) {
      parent.children.remove(this);
    }
  }

  private void addChild(TrackedProcess child) {
    children = children.isEmpty() ? new HashSet<>(1) : children;
    children.add(child);
  }
}
