// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.workload.ProcessPlace;
import io.modelwarden.workload.Workload;
import io.modelwarden.workload.WorkloadResolver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The armed processes and their trees. Those that hold a model are kept apart, because a flood of
 * processes that only opened one must not push them out.
 */
final class Processes {

  private final Map<ProcessKey, TrackedProcess> armed = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ProcessKey, TrackedProcess> holders = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ProcessKey, Lineage> lineages = new HashMap<>();
  private final WorkloadResolver workloads;
  private final int limit;
  private final SteadyTime time;

  Processes(WorkloadResolver workloads, int limit, SteadyTime time) {
    this.workloads = workloads;
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
      process.workload = workload(facts);
      return process;
    }
    Lineage lineage = lineages.computeIfAbsent(facts.lineage(), Lineage::new);
    TrackedProcess parent = facts.parent() == null ? null : get(facts.parent());
    process = new TrackedProcess(facts, workload(facts), lineage, parent, time.nanos());
    armed.put(facts.key(), process);
    return process;
  }

  void becameHolder(TrackedProcess process) {
    if (armed.remove(process.key()) != null) {
      holders.put(process.key(), process);
    }
  }

  void remove(TrackedProcess process) {
    boolean known = armed.remove(process.key()) != null | holders.remove(process.key()) != null;
    if (known) {
      process.remove();
      if (process.lineage.processes == 0) {
        lineages.remove(process.lineage.key);
      }
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

  int holderCount() {
    return holders.size();
  }

  int lineageCount() {
    return lineages.size();
  }

  private Workload workload(ProcessFacts facts) {
    return workloads.resolve(
        new ProcessPlace(
            facts.cgroupId(), facts.cgroupName(), facts.executablePath(), facts.executableName()));
  }
}
