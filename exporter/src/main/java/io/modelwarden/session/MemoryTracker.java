// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.Workload;
import java.util.List;

/** Counts reads of another process' memory and makes the spans where that holds a model. */
final class MemoryTracker {

  /** By workload: a thief who takes a new process for each piece is one reader. */
  private record TotalKey(Workload reader, ProcessKey victimLineage) {}

  private record SliceKey(ProcessKey reader, ProcessKey victim, String method) {}

  private record CoarserKey(ProcessKey victimLineage, String method) {}

  private final Context context;
  private final Sessions sessions;
  private final RunningTotals<TotalKey> totals;

  MemoryTracker(Context context, Sessions sessions) {
    this.context = context;
    this.sessions = sessions;
    this.totals = context.newTotals();
  }

  void record(TrackedProcess reader, TrackedProcess victim, String method, Increment increment) {
    boolean sameContainer = isSameContainer(reader, victim);
    String model = victim.largestModel();
    context
        .sink()
        .measure(
            new Measurement.MemoryRead(
                reader.workload,
                increment.firstEpochNanos(),
                method,
                reader.executable(),
                reader.origin,
                victim.holds(),
                sameContainer,
                model,
                increment.bytes(),
                increment.operations()));
    if (victim.holds()) {
      context.live().took(reader, Thing.memory(victim.facts, model), increment);
      slice(reader, victim, method, increment, sameContainer);
    }
  }

  void renamed(Workload before, Workload after) {
    totals.rekey(
        key -> key.reader().equals(before) ? new TotalKey(after, key.victimLineage()) : key);
  }

  /** Cgroups below the container's own do not divide it. */
  private static boolean isSameContainer(TrackedProcess reader, TrackedProcess victim) {
    String container = CgroupPath.parse(reader.facts.cgroupPath()).containerId();
    return reader.workload.equals(victim.workload)
        && (container.isEmpty()
            ? reader.facts.cgroupId() == victim.facts.cgroupId()
            : container.equals(CgroupPath.parse(victim.facts.cgroupPath()).containerId()));
  }

  private void slice(
      TrackedProcess reader,
      TrackedProcess victim,
      String method,
      Increment increment,
      boolean sameContainer) {
    ProcessKey victimLineage = victim.lineage.key;
    totals.add(new TotalKey(reader.workload, victimLineage), increment.bytes());
    Slice slice =
        sessions.add(
            reader,
            new SliceKey(reader.key(), victim.key(), method),
            new CoarserKey(victimLineage, method),
            increment);
    String model = victim.largestModel();
    Holding holding = victim.holding(increment.lastEpochNanos());
    slice.describe(
        model,
        context.phase(reader, model),
        loadSpan(victim, model),
        bytes ->
            new MemoryFacts(
                method,
                bytes,
                totals.get(new TotalKey(reader.workload, victimLineage)),
                victim.facts,
                true,
                sameContainer,
                holding));
  }

  private static List<SpanIdentity> loadSpan(TrackedProcess victim, String model) {
    ModelUse use = victim.lineage.use(model);
    return use == null || use.loadSpan == null ? List.of() : List.of(use.loadSpan);
  }
}
