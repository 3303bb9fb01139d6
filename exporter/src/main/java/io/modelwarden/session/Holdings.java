// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Origin;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Who holds which model: by own doing, over fork, exec, pipes, sockets and files, by declaration;
 * for how long.
 */
final class Holdings {

  private static final Set<Via> HANDED_ON =
      EnumSet.of(Via.PARENT, Via.SESSION, Via.PIPE, Via.SOCKET, Via.FILE, Via.SHARED_MEMORY);

  private final Processes processes;
  private final ExecSessions execSessions;
  private final ModelCatalog catalog;
  private final Function<ProcessFacts, Optional<Declaration>> declared;
  private final SessionSettings settings;
  private final SteadyTime time;
  private final SessionLosses losses;
  private final Consumer<TrackedProcess> onFirstHolding;
  private final BiConsumer<TrackedProcess, String> onRecovered;
  private final Consumer<TrackedProcess> onHolding;
  private long version;

  /**
   * @param onFirstHolding called once for a process, when it begins to hold anything
   * @param onRecovered called for each model that a process held before the agent
   * @param onHolding called for each model that a process begins to hold
   */
  Holdings(
      Context context,
      Processes processes,
      Function<ProcessFacts, Optional<Declaration>> declared,
      Consumer<TrackedProcess> onFirstHolding,
      BiConsumer<TrackedProcess, String> onRecovered,
      Consumer<TrackedProcess> onHolding) {
    this.processes = processes;
    this.execSessions = new ExecSessions(context.settings(), context.losses());
    this.catalog = context.catalog();
    this.declared = declared;
    this.settings = context.settings();
    this.time = context.time();
    this.losses = context.losses();
    this.onFirstHolding = onFirstHolding;
    this.onRecovered = onRecovered;
    this.onHolding = onHolding;
  }

  /** What a process holds from its beginning, and so do its children that were seen before it. */
  void begin(TrackedProcess process) {
    inheritMark(process);
    process.children().forEach(this::inheritMark);
    TrackedProcess parent = process.parent;
    if (parent != null) {
      Map.copyOf(parent.holdings())
          .forEach((model, held) -> inherit(process, model, held.sinceEpochNanos()));
    }
    execSessions.join(
        process, (model, since) -> holdOne(process, model, Via.SESSION, begun(process, since)));
    declare(process);
  }

  /** What it is declared to hold now, it has held from its beginning. */
  void declare(TrackedProcess process) {
    declared
        .apply(process.facts)
        .ifPresent(
            declaration -> {
              catalog.claim(declaration.model(), declaration.sizeBytes());
              Via via = isOlderThanAgent(process) ? Via.RECOVERED : Via.DECLARED;
              hold(process, declaration.model(), via, process.facts.startEpochNanos());
            });
  }

  boolean isOlderThanAgent(TrackedProcess process) {
    return process.facts.startEpochNanos() < time.startEpochNanos();
  }

  /** Another number than before if somebody began to hold a model, or ceased to. */
  long version() {
    return version;
  }

  /** When the mark of the process ends, steady time; NEVER if it does not by itself. */
  long endNanos(TrackedProcess process) {
    if (process.tookData || process.maps() || !isInherited(process)) {
      return TrackedProcess.NEVER;
    }
    if (process.markEndsNanos() != TrackedProcess.NEVER) {
      return process.markEndsNanos();
    }
    if (process.droppedNanos >= 0) {
      return process.droppedNanos + settings.marksAfterExec().toNanos();
    }
    long lastNanos = Math.max(process.lineage.lastReadNanos, process.seenNanos);
    Duration limit = isPassed(process) ? settings.trail().lifetime() : settings.marksInherited();
    return lastNanos + limit.toNanos();
  }

  /**
   * A process holds a model from then on, and so do the processes that it made since then. Events
   * come later than what they tell of, so that a child may be known before its parent's read.
   */
  void hold(TrackedProcess process, String model, Via via, long sinceEpochNanos) {
    holdOne(process, model, via, sinceEpochNanos);
    passOn(process, model, sinceEpochNanos);
    execSessions
        .share(process, model, sinceEpochNanos)
        .forEach(other -> holdOne(other, model, Via.SESSION, begun(other, sinceEpochNanos)));
  }

  /** What was held before a process began is held by it from its beginning. */
  private static long begun(TrackedProcess process, long sinceEpochNanos) {
    return Math.max(sinceEpochNanos, process.facts.startEpochNanos());
  }

  private void passOn(TrackedProcess process, String model, long sinceEpochNanos) {
    Deque<TrackedProcess> open = new ArrayDeque<>();
    open.add(process);
    while (!open.isEmpty()) {
      for (TrackedProcess child : List.copyOf(open.remove().children())) {
        boolean joined = child.lineage == process.lineage && child.holdings().containsKey(model);
        if (!joined && child.inherits(sinceEpochNanos)) {
          inheritOne(child, model, sinceEpochNanos);
          open.add(child);
        }
      }
    }
  }

  /** Processes whose mark may have come to its end: if nothing of a model is open or mapped. */
  List<TrackedProcess> expired() {
    List<TrackedProcess> expired = new ArrayList<>();
    for (TrackedProcess process : processes.all()) {
      if (isExpired(process)) {
        expired.add(process);
      }
    }
    return expired;
  }

  private void inherit(TrackedProcess child, String model, long sinceEpochNanos) {
    if (child.inherits(sinceEpochNanos)) {
      inheritOne(child, model, sinceEpochNanos);
      passOn(child, model, sinceEpochNanos);
    }
  }

  /** What came by fork or exec is held by the new image from its first moment. */
  private void inheritOne(TrackedProcess child, String model, long sinceEpochNanos) {
    TrackedProcess parent = child.parent;
    if (parent != null && parent.lineage != child.lineage) {
      parent.lineage.absorb(child.lineage, settings, losses);
    }
    TrackedProcess.Held held = parent == null ? null : parent.holdings().get(model);
    boolean possible = held != null && held.via() == Via.SHARED_MEMORY;
    Via via = possible ? Via.SHARED_MEMORY : Via.PARENT;
    holdOne(child, model, via, begun(child, sinceEpochNanos));
  }

  private void holdOne(TrackedProcess process, String model, Via via, long sinceEpochNanos) {
    int limit = settings.limits().modelsPerLineage();
    boolean first = !process.holds();
    boolean fresh = !process.holdings().containsKey(model);
    if (process.hold(model, via, sinceEpochNanos, limit)) {
      version++;
    }
    if (first) {
      processes.becameHolder(process);
      onFirstHolding.accept(process);
    }
    if (via == Via.RECOVERED) {
      onRecovered.accept(process, model);
    }
    if (fresh) {
      onHolding.accept(process);
    }
  }

  /** An exec drops the memory; what is forked from an image without it has none either. */
  private void inheritMark(TrackedProcess process) {
    TrackedProcess parent = process.parent;
    if (parent != null && !parent.tookData && parent.droppedNanos >= 0) {
      process.droppedNanos = parent.droppedNanos;
    } else if (process.facts.origin() == Origin.EXECUTED) {
      process.droppedNanos = time.nanos();
    }
  }

  private boolean isExpired(TrackedProcess process) {
    if (process.tookData
        || process.maps()
        || process.provisional > 0
        || !process.mayBeDisarmed(time.nanos())) {
      return false;
    }
    if (!process.holds()) {
      return true;
    }
    return time.nanos() >= endNanos(process);
  }

  /** What was only inherited before the agent's start is recovered with its end. */
  private static boolean isInherited(TrackedProcess process) {
    boolean endsLikeBefore = process.markEndsNanos() != TrackedProcess.NEVER;
    return process.holdings().values().stream()
        .map(TrackedProcess.Held::via)
        .allMatch(via -> HANDED_ON.contains(via) || (via == Via.RECOVERED && endsLikeBefore));
  }

  /** Whether it has a mark because of what it read from others. */
  static boolean isPassed(TrackedProcess process) {
    return process.holdings().values().stream().anyMatch(held -> held.via().isPassed());
  }
}
