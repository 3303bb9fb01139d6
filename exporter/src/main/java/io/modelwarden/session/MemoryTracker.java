// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.Workload;
import java.util.List;
import java.util.Set;

/**
 * Counts reads of another process' memory, and writes into it, and makes the spans where one of the
 * two holds a model.
 */
final class MemoryTracker {

  private static final Set<String> WRITES =
      Set.of("process_vm_writev", "proc_mem_write", "ptrace_write");
  private static final String CORE_DUMP = "core_dump";

  /** By workload: a thief who takes a new process for each piece is one reader. */
  private record TotalKey(Workload reader, ProcessKey victimLineage) {}

  private record SliceKey(ProcessKey reader, ProcessKey victim, String method) {}

  private record CoarserKey(ProcessKey victimLineage, String method) {}

  private final Context context;
  private final Sessions sessions;
  private final Holdings holdings;
  private final RunningTotals<TotalKey> totals;

  MemoryTracker(Context context, Sessions sessions, Holdings holdings) {
    this.context = context;
    this.sessions = sessions;
    this.holdings = holdings;
    this.totals = context.newTotals();
  }

  /**
   * A holder that writes into another process gives it its data: that one is the reader then. What
   * is written into a holder may be code: its writer is told as a reader who got nothing.
   */
  void record(TrackedProcess caller, TrackedProcess other, String method, Increment increment) {
    boolean writes = WRITES.contains(method);
    boolean gives = writes && caller.holdsOwn() && !other.holdsOwn();
    TrackedProcess reader = gives ? other : caller;
    TrackedProcess victim = gives ? caller : other;
    boolean sameContainer = !method.equals(CORE_DUMP) && isSameContainer(reader, victim);
    measure(reader, victim, method, increment, sameContainer);
    if (!victim.holds()) {
      return;
    }
    String model = victim.largestModel();
    context.live().took(reader, Thing.memory(victim.facts, model), increment);
    SpanIdentity span = slice(reader, victim, method, increment, sameContainer);
    if (increment.bytes() > 0 && writes == gives && reader.lineage != victim.lineage) {
      took(reader, model, increment, span);
    }
  }

  void renamed(Workload before, Workload after) {
    totals.rekey(
        key -> key.reader().equals(before) ? new TotalKey(after, key.victimLineage()) : key);
  }

  void ended(Workload workload) {
    totals.removeIf(key -> key.reader().equals(workload));
  }

  /** Cgroups below the container's own do not divide it. */
  private static boolean isSameContainer(TrackedProcess reader, TrackedProcess victim) {
    String container = CgroupPath.parse(reader.facts.cgroupPath()).containerId();
    return reader.workload.equals(victim.workload)
        && (container.isEmpty()
            ? reader.facts.cgroupId() == victim.facts.cgroupId()
            : container.equals(CgroupPath.parse(victim.facts.cgroupPath()).containerId()));
  }

  private void measure(
      TrackedProcess reader,
      TrackedProcess victim,
      String method,
      Increment increment,
      boolean sameContainer) {
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
                victim.largestModel(),
                increment.bytes(),
                increment.operations()));
  }

  /** What it sends from here on may be the victim's data. */
  private void took(TrackedProcess reader, String model, Increment increment, SpanIdentity span) {
    ModelUse use = context.use(reader.lineage, model);
    use.add(increment.bytes(), context.time());
    use.addReadSpan(span);
    context.took(reader.lineage, model, increment);
    reader.tookData = true;
    holdings.hold(reader, model, Via.MEMORY, increment.firstEpochNanos());
  }

  private SpanIdentity slice(
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
    Holding holding = victim.holding(increment.lastEpochNanos(), context.catalog());
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
    return slice.identity;
  }

  private static List<SpanIdentity> loadSpan(TrackedProcess victim, String model) {
    ModelUse use = victim.lineage.use(model);
    return use == null || use.loadSpan == null ? List.of() : List.of(use.loadSpan);
  }
}
