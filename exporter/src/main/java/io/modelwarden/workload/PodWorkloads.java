// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Workloads of a node of a cluster. A container is known by its id from its first access on; its
 * names come when the API has told them, and telemetry waits for them for a bounded time.
 */
public final class PodWorkloads implements WorkloadResolver {

  private static final int LIMIT = 8192;

  /** Last counts of a container are read after its pod is gone. */
  private static final long ENDING_NANOS = Duration.ofSeconds(10).toNanos();

  private record Key(String podUid, String containerId) {}

  private static final class Entry {
    final Key key;
    final long awaitedUntilNanos;
    Workload workload;
    boolean named;
    long endNanos = -1;

    Entry(Key key, long awaitedUntilNanos, Workload workload) {
      this.key = key;
      this.awaitedUntilNanos = awaitedUntilNanos;
      this.workload = workload;
    }
  }

  private final PodDirectory pods;
  private final WorkloadResolver others;
  private final long waitNanos;
  private final LongSupplier nanoTime;
  private final AtomicLong withoutNames = new AtomicLong();

  /** The one used longest ago is forgotten first. */
  private final Map<Key, Entry> entries =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Entry> eldest) {
          return size() > LIMIT;
        }
      };

  /** By pod and name of the container: what was exported once stays as it was. */
  private final Map<String, Map<String, Workload>> named = new HashMap<>();

  /**
   * @param others for what is in no pod
   * @param namesWait how long telemetry of a container waits for its names
   * @param nanoTime a steady time
   */
  public PodWorkloads(
      PodDirectory pods, WorkloadResolver others, Duration namesWait, LongSupplier nanoTime) {
    this.pods = pods;
    this.others = others;
    this.waitNanos = namesWait.toNanos();
    this.nanoTime = nanoTime;
  }

  @Override
  public Workload resolve(ProcessPlace place) {
    CgroupPath path = CgroupPath.parse(place.cgroupPath());
    if (!path.isContainer() || path.podUid().isEmpty()) {
      return others.resolve(place);
    }
    Key key = new Key(path.podUid(), path.containerId());
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(key, nanoTime.getAsLong() + waitNanos, unnamed(key, true));
      look(entry);
      entries.put(key, entry);
    }
    return entry.workload;
  }

  /** Tells what has changed. Called after every poll, on the thread that resolves. */
  public void tick(NameListener listener) {
    List<Entry> ended = new ArrayList<>();
    for (Entry entry : entries.values()) {
      Workload before = entry.workload;
      look(entry);
      if (!before.equals(entry.workload)) {
        listener.renamed(before, entry.workload);
      }
      if (hasEnded(entry)) {
        ended.add(entry);
      }
    }
    for (Entry entry : ended) {
      entries.remove(entry.key);
      named.remove(entry.key.podUid());
      listener.ended(entry.workload);
    }
  }

  /** Containers whose telemetry went without names because they did not come in time. */
  public long withoutNames() {
    return withoutNames.get();
  }

  private void look(Entry entry) {
    if (entry.named) {
      return;
    }
    PodNames names = pods.find(entry.key.podUid(), entry.key.containerId());
    if (names != null && !names.container().isEmpty()) {
      entry.named = true;
      entry.workload = frozen(entry.key, names);
    } else if (nanoTime.getAsLong() >= entry.awaitedUntilNanos) {
      if (entry.workload.isAwaited()) {
        withoutNames.incrementAndGet();
      }
      boolean podIsNamed = entry.workload.container().names() != null;
      entry.workload = names == null || podIsNamed ? late(entry) : ofPod(entry.key, names);
    }
  }

  /** Without names, or with those of its pod that it had. */
  private static Workload late(Entry entry) {
    return entry.workload.isAwaited() ? unnamed(entry.key, false) : entry.workload;
  }

  private Workload frozen(Key key, PodNames names) {
    return named
        .computeIfAbsent(key.podUid(), any -> new HashMap<>(2))
        .computeIfAbsent(
            names.container(),
            any -> workload(names, new PodContainer(names.podUid(), "", false, names)));
  }

  private static Workload ofPod(Key key, PodNames names) {
    return workload(names, new PodContainer(names.podUid(), key.containerId(), false, names));
  }

  private static Workload workload(PodNames names, PodContainer container) {
    List<PodNames.Owner> owners = names.owners();
    if (owners.isEmpty()) {
      return new Workload("pod", names.pod(), container);
    }
    PodNames.Owner top = owners.get(owners.size() - 1);
    return new Workload(top.kind().toLowerCase(java.util.Locale.ROOT), top.name(), container);
  }

  private static Workload unnamed(Key key, boolean awaited) {
    return new Workload(
        "container",
        CgroupWorkloads.shortId(key.containerId()),
        new PodContainer(key.podUid(), key.containerId(), awaited, null));
  }

  private boolean hasEnded(Entry entry) {
    long now = nanoTime.getAsLong();
    boolean hasNames = entry.workload.container().names() != null;
    if (!hasNames || !pods.isGone(entry.key.podUid())) {
      entry.endNanos = -1;
      return false;
    }
    entry.endNanos = entry.endNanos < 0 ? now + ENDING_NANOS : entry.endNanos;
    return now >= entry.endNanos;
  }
}
