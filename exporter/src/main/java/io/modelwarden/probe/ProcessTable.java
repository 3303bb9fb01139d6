// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.Flow;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.BytesSent;
import io.modelwarden.event.KernelEvent.BytesUncounted;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.Clocks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Armed process images, from their first sight to their end. */
final class ProcessTable {

  /** Ends are acted on after two polls without a change: io may still be charged to it. */
  private static final int QUIET_POLLS = 2;

  /** As old an end is quiet too: in a flood two polls last so long that ended processes pile up. */
  private static final long SETTLED_NANOS = Duration.ofMillis(250).toNanos();

  /** Where bytes went whose flow found no room: nothing better is known, so the worst is told. */
  private static final Flow SOMEWHERE =
      new Flow(null, 0, Flow.Transport.OTHER, Flow.Role.UNKNOWN, "public");

  private static final class Entry {
    ProcessFacts facts;
    final Set<Long> mountNamespaces = new HashSet<>(2);
    long endNanos;
    boolean replaced;
    boolean announced;
    boolean forgotten; // by who was told of it
    long nameNumber;
    int quietPolls;
    long uncountedReadBytes;
    long uncountedSentBytes;
    long toldReadBytes;
    long toldSentBytes;

    Entry(ProcessFacts facts) {
      this.facts = facts;
    }
  }

  /** The end of an image. */
  record End(ProcessKey process, boolean replaced, long bootNanos) {}

  private final BpfMap map;
  private final Layouts layouts;
  private final ProcessDecoder decoder;
  private final TextTable texts;
  private final Clock clock;
  private final Consumer<KernelEvent> uncounted;
  private final Map<ProcessKey, Entry> entries = new HashMap<>();

  /** What is new and was not announced yet, parents before their children. */
  private final Deque<Entry> waiting = new ArrayDeque<>();

  ProcessTable(
      BpfMap map, Layouts layouts, TextTable texts, Clock clock, Consumer<KernelEvent> uncounted) {
    this.uncounted = uncounted;
    this.map = map;
    this.layouts = layouts;
    this.decoder = new ProcessDecoder(layouts, texts, clock);
    this.texts = texts;
    this.clock = clock;
  }

  /** Looks at all of them. What is new waits until {@link #announce(int, Consumer)} tells of it. */
  void poll() {
    Map<Entry, Long> fresh = new HashMap<>();
    map.forEach(
        (keys, keyAt, values, at) -> {
          Entry entry = take(layouts.processKey.read(keys, keyAt), values, at);
          if (entry != null && !entry.announced && decoder.touches(values, at) != 0) {
            fresh.put(entry, decoder.armedNanos(values, at));
          }
        });
    waiting.clear();
    fresh.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(entry -> waiting.add(entry.getKey()));
  }

  /**
   * Tells of the next that are new: parents before their children, whatever the order of the map.
   *
   * @return whether others wait
   */
  boolean announce(int most, Consumer<ProcessFacts> appeared) {
    for (int i = 0; i < most && !waiting.isEmpty(); i++) {
      Entry next = waiting.remove();
      if (!next.announced) {
        announce(next, appeared);
      }
    }
    entries.values().forEach(entry -> tellUncounted(entry, appeared));
    return !waiting.isEmpty();
  }

  /**
   * Whether a process was not told of while others wait for their turn, or came after the poll: in
   * a flood those may be more than were there at the poll, and they would all be known at once.
   */
  Predicate<ProcessKey> isWaiting() {
    return key -> {
      Entry entry = entries.get(key);
      return entry == null ? map.lookup(keyBytes(key)).isPresent() : waits(entry);
    };
  }

  private boolean waits(Entry entry) {
    return !waiting.isEmpty() && !entry.announced;
  }

  /** Facts of a process that a counter names; looked up alone if the poll did not bring it. */
  ProcessFacts require(ProcessKey key, Consumer<ProcessFacts> appeared) {
    Entry known = entries.get(key);
    if (known == null) {
      Optional<byte[]> value = map.lookup(keyBytes(key));
      value.ifPresent(bytes -> take(key, Layouts.view(bytes), 0));
      known = entries.computeIfAbsent(key, absent -> new Entry(decoder.unknown(absent)));
    }
    if (!known.announced || known.forgotten) {
      ProcessKey parent = known.facts.parent();
      if (parent != null && !isKnown(parent) && map.lookup(keyBytes(parent)).isPresent()) {
        require(parent, appeared);
      }
      announce(known, appeared);
    }
    known.quietPolls = 0;
    return known.facts;
  }

  /** How often it took a model or an undecided file; 0 if it is not armed. */
  long touches(ProcessKey key) {
    return map.lookup(keyBytes(key))
        .map(value -> decoder.touches(Layouts.view(value), 0))
        .orElse(0L);
  }

  /** Its mark is over. It is told of again when it is armed again. */
  void disarmed(ProcessKey key) {
    Entry entry = entries.get(key);
    if (entry != null) {
      entry.announced = false;
    }
  }

  /** Who was told of it no longer knows it: it is told of again before anything names it. */
  void forgotten(ProcessKey key) {
    Entry entry = entries.get(key);
    if (entry != null) {
      entry.forgotten = true;
    }
  }

  /** Tells of it again if it was forgotten and is still known here. */
  void remind(ProcessKey key, Consumer<ProcessFacts> appeared) {
    Entry entry = entries.get(key);
    if (entry != null && entry.forgotten) {
      announce(entry, appeared);
    }
  }

  /** Where a process was when it touched files; one that changes its namespace has several. */
  Set<Long> mountNamespaces(ProcessKey key) {
    Entry entry = entries.get(key);
    return entry == null ? Set.of() : entry.mountNamespaces;
  }

  /** Of all processes that are known, ended ones too: where their files have paths. */
  Set<Long> mountNamespaces() {
    Set<Long> namespaces = new HashSet<>();
    entries.values().forEach(entry -> namespaces.addAll(entry.mountNamespaces));
    return namespaces;
  }

  boolean isKnown(ProcessKey key) {
    return entries.containsKey(key);
  }

  Set<Long> cgroups() {
    Set<Long> cgroups = new HashSet<>();
    entries.values().forEach(entry -> cgroups.add(entry.facts.cgroupId()));
    return cgroups;
  }

  /** Of processes that live. */
  Set<Integer> execSessions() {
    Set<Integer> sessions = new HashSet<>();
    for (Entry entry : entries.values()) {
      if (entry.endNanos == 0) {
        sessions.add(entry.facts.execSession());
      }
    }
    return sessions;
  }

  /**
   * Images that have ended and have been quiet since, all of whose children were told of.
   *
   * @param countedBootNanos when the last look at what was counted began, CLOCK_BOOTTIME
   */
  Set<End> ended(long countedBootNanos) {
    Set<ProcessKey> parents = new HashSet<>();
    waiting.forEach(entry -> parents.add(entry.facts.parent()));
    Set<End> ends = new HashSet<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.endNanos == 0 || waits(entry) || parents.contains(key)) {
            return;
          }
          boolean quiet = waiting.isEmpty() && entry.quietPolls++ >= QUIET_POLLS;
          if (quiet || countedBootNanos - entry.endNanos > SETTLED_NANOS) {
            ends.add(new End(key, entry.replaced, entry.endNanos));
          }
        });
    return ends;
  }

  /** A lost exit must not leak: a process that is gone has ended now. */
  void sweep(long nowBootNanos) {
    entries.forEach(
        (key, entry) -> {
          if (entry.endNanos == 0 && !ProcFiles.isAlive(key)) {
            entry.endNanos = nowBootNanos;
          }
        });
  }

  void forget(ProcessKey key) {
    entries.remove(key);
    map.delete(keyBytes(key));
    texts.forgetExecutable(key);
  }

  Set<ProcessKey> living() {
    Set<ProcessKey> living = new HashSet<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.endNanos == 0) {
            living.add(key);
          }
        });
    return living;
  }

  /** Those that are armed and no process that a container was started with. */
  Set<ProcessKey> livingBesideServers() {
    Set<ProcessKey> living = new HashSet<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.endNanos == 0
              && entry.announced
              && entry.facts.entrance() != ProcessFacts.Entrance.ENTRYPOINT) {
            living.add(key);
          }
        });
    return living;
  }

  Set<ProcessKey> livingIn(Set<Long> cgroups) {
    Set<ProcessKey> living = new HashSet<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.endNanos == 0 && cgroups.contains(entry.facts.cgroupId())) {
            living.add(key);
          }
        });
    return living;
  }

  /** Whether it, or an image that it comes from, is one of these. */
  boolean descends(ProcessKey process, Set<ProcessKey> from) {
    Set<ProcessKey> seen = new HashSet<>();
    ProcessKey image = process;
    while (image != null && seen.add(image)) {
      if (from.contains(image)) {
        return true;
      }
      Entry entry = entries.get(image);
      image = entry == null ? null : entry.facts.parent();
    }
    return false;
  }

  boolean hasEnding() {
    return entries.values().stream().anyMatch(entry -> entry.endNanos != 0);
  }

  int size() {
    return entries.size();
  }

  private static void announce(Entry entry, Consumer<ProcessFacts> appeared) {
    entry.announced = true;
    entry.forgotten = false;
    appeared.accept(entry.facts);
  }

  private @Nullable Entry take(ProcessKey key, ByteBuffer values, int at) {
    if (decoder.armedNanos(values, at) == 0) {
      return null; // the kernel is still filling it
    }
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(decoder.facts(key, values, at));
      entry.nameNumber = decoder.nameNumber(values, at);
      entries.put(key, entry);
    } else if (entry.nameNumber != decoder.nameNumber(values, at)) {
      // Taken when it was made: many programs name themselves only when they run.
      entry.nameNumber = decoder.nameNumber(values, at);
      entry.facts = decoder.facts(key, values, at);
      entry.announced = false;
    }
    entry.mountNamespaces.add(decoder.mountNamespace(values, at));
    entry.uncountedReadBytes = decoder.uncountedReadBytes(values, at);
    entry.uncountedSentBytes = decoder.uncountedSentBytes(values, at);
    long end = decoder.endNanos(values, at);
    if (end != 0) {
      entry.endNanos = end;
      entry.replaced = decoder.isReplaced(values, at);
    }
    return entry;
  }

  /** Bytes for which the maps had no room are in the totals all the same. */
  private void tellUncounted(Entry entry, Consumer<ProcessFacts> appeared) {
    if (!entry.announced) {
      return;
    }
    ProcessKey key = entry.facts.key();
    long read = entry.uncountedReadBytes - entry.toldReadBytes;
    long sent = entry.uncountedSentBytes - entry.toldSentBytes;
    entry.toldReadBytes += read;
    entry.toldSentBytes += sent;
    if (entry.forgotten && (read > 0 || sent > 0)) {
      announce(entry, appeared);
    }
    if (read > 0) {
      uncounted.accept(new BytesUncounted(key, Direction.READ, now(read)));
    }
    if (sent > 0) {
      uncounted.accept(new BytesSent(key, SOMEWHERE, now(sent)));
    }
  }

  private Increment now(long bytes) {
    long now = clock.toEpochNanos(Clocks.bootNanos());
    return new Increment(bytes, 0, now, now);
  }

  private byte[] keyBytes(ProcessKey key) {
    byte[] bytes = new byte[layouts.processKey.sizeBytes()];
    layouts.processKey.write(Layouts.view(bytes), 0, key);
    return bytes;
  }
}
