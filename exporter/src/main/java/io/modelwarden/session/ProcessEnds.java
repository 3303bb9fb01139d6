// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** How processes leave: they end, their mark ends, or there are too many. */
final class ProcessEnds {

  private static final long SWEEP_NANOS = Duration.ofSeconds(10).toNanos();

  /** Looking at what a process has open costs some 0.1 ms. */
  private static final int DISARMED_AT_ONCE = 64;

  private final Context context;
  private final Processes processes;
  private final Sessions sessions;
  private final FileEvents files;
  private final MappingTracker mappings;
  private final Trail trail;
  private final EventSource source;

  /** Ended processes that wait for a verdict, the first to go first. */
  private final Deque<TrackedProcess> waiting = new ArrayDeque<>();

  private long sweptNanos;

  ProcessEnds(
      Context context,
      Processes processes,
      Sessions sessions,
      FileEvents files,
      MappingTracker mappings,
      Trail trail,
      EventSource source) {
    this.context = context;
    this.processes = processes;
    this.sessions = sessions;
    this.files = files;
    this.mappings = mappings;
    this.trail = trail;
    this.source = source;
  }

  /** A process that was never seen, or whose mark has ended, says nothing by its end. */
  void ended(ProcessKey key, long epochNanos) {
    TrackedProcess process = processes.get(key);
    if (process == null || process.removeNanos >= 0) {
      return;
    }
    mappings.processEnded(process, epochNanos);
    process.unmapAll();
    if (process.provisional > 0) {
      process.removeNanos = nanos() + context.settings().verdictGrace().toNanos();
      waiting.add(process);
    } else {
      context.live().ended(process);
      remove(process);
    }
  }

  void tick(Holdings holdings) {
    waiting.removeIf(this::removeIfDue);
    if (nanos() - sweptNanos >= SWEEP_NANOS) {
      sweptNanos = nanos();
      holdings.expired().stream().limit(DISARMED_AT_ONCE).forEach(this::expire);
    }
  }

  void evict(TrackedProcess process) {
    context.losses().count(SessionLoss.PROCESS_EVICTED);
    waiting.remove(process);
    files.countWithoutVerdict(process);
    remove(process);
    source.forgotten(process.key());
  }

  private boolean removeIfDue(TrackedProcess process) {
    if (process.provisional > 0 && nanos() < process.removeNanos) {
      return false;
    }
    files.countWithoutVerdict(process);
    context.live().ended(process);
    remove(process);
    return true;
  }

  /** One that has a model open keeps its mark, and is asked again later and later. */
  private void expire(TrackedProcess process) {
    if (source.disarm(process.key())) {
      if (Holdings.isPassed(process)) {
        context.losses().count(SessionLoss.TRAIL_EXPIRED);
      }
      remove(process);
    } else {
      process.postponeDisarming(nanos());
    }
  }

  private void remove(TrackedProcess process) {
    context.live().forgotten(process);
    mappings.processEnded(process, context.time().epochNanos());
    processes.remove(process);
    trail.ended(process);
    sessions.processEnded(process);
  }

  private long nanos() {
    return context.time().nanos();
  }
}
