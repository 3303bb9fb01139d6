// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Coverage;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.FileFound;
import io.modelwarden.event.KernelEvent.MappingSampled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Accesses to undecided files, held back until the verdict. */
final class Provisional {

  private record Key(TrackedProcess process, String path, Evidence.Action action, String method) {}

  /**
   * One held access, or where {@code state} is set what was seen last instead of being added up.
   */
  record Entry(
      TrackedProcess process, Access access, @Nullable KernelEvent state, long sinceNanos) {}

  private final Map<Integer, Map<Key, Entry>> files = new LinkedHashMap<>();
  private final int limit;
  private final SessionLosses losses;
  private int size;

  Provisional(int limit, SessionLosses losses) {
    this.limit = limit;
    this.losses = losses;
  }

  void add(TrackedProcess process, Access access, long nowNanos) {
    Key key = new Key(process, access.path(), access.action(), access.method());
    Entry before = put(access.fileId(), key, new Entry(process, access, null, nowNanos));
    if (before != null) {
      Access both = before.access().plus(access);
      put(access.fileId(), key, new Entry(process, both, null, before.sinceNanos()));
    }
  }

  void add(TrackedProcess process, MappingSampled sample, long nowNanos) {
    Increment none = new Increment(0, 0, sample.epochNanos(), sample.epochNanos());
    putState(
        process,
        state(sample.fileId(), sample.path(), Evidence.Action.MMAP, "sample", none),
        sample,
        nowNanos);
  }

  void add(TrackedProcess process, FileFound found, long nowNanos) {
    Increment none = new Increment(0, 0, found.epochNanos(), found.epochNanos());
    putState(
        process,
        state(found.fileId(), found.path(), Evidence.Action.READ, "open", none),
        found,
        nowNanos);
  }

  private static Access state(
      int fileId, String path, Evidence.Action action, String method, Increment none) {
    return new Access(fileId, path, action, method, none, Coverage.unplaced(0));
  }

  private void putState(TrackedProcess process, Access access, KernelEvent state, long nowNanos) {
    Key key = new Key(process, access.path(), access.action(), access.method());
    Entry before = put(access.fileId(), key, new Entry(process, access, state, nowNanos));
    if (before != null) {
      put(access.fileId(), key, new Entry(process, access, state, before.sinceNanos()));
    }
  }

  /** What has been held back since before then; it is no longer. */
  List<Entry> takeOlderThan(long nanos) {
    List<Entry> taken = new ArrayList<>();
    for (Map<Key, Entry> entries : files.values()) {
      entries.values().removeIf(entry -> entry.sinceNanos() < nanos && taken.add(entry));
    }
    files.values().removeIf(Map::isEmpty);
    taken.forEach(this::forget);
    return taken;
  }

  /** What was held back for a file; it is no longer. */
  List<Entry> take(int fileId) {
    Map<Key, Entry> entries = files.remove(fileId);
    if (entries == null) {
      return List.of();
    }
    entries.values().forEach(this::forget);
    return List.copyOf(entries.values());
  }

  /** What was held back for a process; it is no longer. */
  List<Entry> take(TrackedProcess process) {
    List<Entry> taken = new ArrayList<>();
    if (process.provisional > 0) {
      for (Map<Key, Entry> entries : files.values()) {
        entries.values().removeIf(entry -> entry.process() == process && taken.add(entry));
      }
      files.values().removeIf(Map::isEmpty);
      taken.forEach(this::forget);
    }
    return taken;
  }

  int size() {
    return size;
  }

  private @Nullable Entry put(int fileId, Key key, Entry entry) {
    Entry before = files.computeIfAbsent(fileId, ignored -> new LinkedHashMap<>(2)).put(key, entry);
    if (before == null) {
      size++;
      entry.process().provisional++;
      while (size > limit) {
        losses.count(SessionLoss.PROVISIONAL_EVICTED);
        take(files.keySet().iterator().next());
      }
    }
    return before;
  }

  private void forget(Entry entry) {
    size--;
    entry.process().provisional--;
  }
}
