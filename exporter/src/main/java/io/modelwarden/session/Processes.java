// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.workload.ProcessPlace;
import io.modelwarden.workload.Workload;
import io.modelwarden.workload.WorkloadResolver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The armed processes and their trees. Those that hold a model are kept apart, because a flood of
 * processes that only opened one must not push them out.
 */
final class Processes {

  private static final int KNOWN_WORKLOADS = 512;

  private final Map<ProcessKey, TrackedProcess> armed = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ProcessKey, TrackedProcess> holders = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ProcessKey, Set<TrackedProcess>> orphans = new HashMap<>();
  private final Map<Workload, Workload> known = new HashMap<>();
  private final WorkloadResolver workloads;
  private final Starts starts;
  private final int limit;
  private final SteadyTime time;
  private long holdersRemoved;

  Processes(WorkloadResolver workloads, Starts starts, int limit, SteadyTime time) {
    this.workloads = workloads;
    this.starts = starts;
    this.limit = limit;
    this.time = time;
  }

  @Nullable TrackedProcess get(ProcessKey key) {
    TrackedProcess holder = holders.get(key);
    return holder == null ? armed.get(key) : holder;
  }

  TrackedProcess add(ProcessFacts facts) {
    TrackedProcess process = get(facts.key());
    if (process != null) {
      process.facts = facts;
      place(process, workload(facts));
      return process;
    }
    process = new TrackedProcess(facts, workload(facts), time.nanos());
    place(process, process.workload);
    armed.put(facts.key(), process);
    link(process);
    return process;
  }

  void renamed(Workload before, Workload after) {
    for (TrackedProcess process : all()) {
      if (process.workload.equals(before)) {
        place(process, after);
      }
    }
  }

  void becameHolder(TrackedProcess process) {
    if (armed.remove(process.key()) != null) {
      holders.put(process.key(), process);
    }
  }

  void remove(TrackedProcess process) {
    boolean holder = holders.remove(process.key()) != null;
    boolean known = armed.remove(process.key()) != null || holder;
    holdersRemoved += holder ? 1 : 0;
    if (known) {
      process.remove();
      unlink(process);
    }
  }

  /** While there are too many, gives up the one used longest ago, holders last. */
  void evict(Consumer<TrackedProcess> end) {
    while (size() > limit) {
      Map<ProcessKey, TrackedProcess> from = armed.size() > limit / 4 ? armed : holders;
      if (from.isEmpty()) {
        from = armed;
      }
      end.accept(from.values().iterator().next());
    }
  }

  List<TrackedProcess> holders() {
    return new ArrayList<>(holders.values());
  }

  List<TrackedProcess> all() {
    List<TrackedProcess> all = holders();
    all.addAll(armed.values());
    return all;
  }

  int size() {
    return armed.size() + holders.size();
  }

  /** How many processes that held a model are no more. */
  long holdersRemoved() {
    return holdersRemoved;
  }

  int holderCount() {
    return holders.size();
  }

  private void place(TrackedProcess process, Workload workload) {
    process.workload = workload;
    process.origin = ProcessOrigin.of(process.facts, workload);
    process.loading = starts.of(process.facts, process.origin);
  }

  /** Processes come in no order: a child may be seen before its parent. */
  private void link(TrackedProcess process) {
    Set<TrackedProcess> waiting = orphans.remove(process.key());
    if (waiting != null) {
      waiting.forEach(child -> child.setParent(process));
    }
    ProcessKey parentKey = process.facts.parent();
    if (parentKey == null) {
      return;
    }
    TrackedProcess parent = get(parentKey);
    if (parent == null) {
      orphans.computeIfAbsent(parentKey, ignored -> new HashSet<>(1)).add(process);
    } else {
      process.setParent(parent);
    }
  }

  private void unlink(TrackedProcess process) {
    ProcessKey parentKey = process.facts.parent();
    Set<TrackedProcess> waiting = parentKey == null ? null : orphans.get(parentKey);
    if (waiting != null && waiting.remove(process) && waiting.isEmpty()) {
      orphans.remove(parentKey);
    }
  }

  /** The same object for equal ones: each span that waits to be sent keeps its workload. */
  Workload workload(ProcessFacts facts) {
    Workload workload =
        workloads.resolve(
            new ProcessPlace(
                facts.cgroupId(),
                facts.cgroupPath(),
                facts.executablePath(),
                facts.executableName()));
    if (known.size() >= KNOWN_WORKLOADS) {
      known.clear();
    }
    Workload same = known.putIfAbsent(workload, workload);
    return same == null ? workload : same;
  }
}
