// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * What exec sessions hold. What one process of a session took, the others have by a pipe, a file or
 * a variable of the shell: all that are armed are one tree and hold it, also when it has ended.
 */
final class ExecSessions {

  private static final int SESSIONS = 1024;

  private static final class Shared {
    Lineage lineage;
    final Map<String, Long> sinceByModel = new HashMap<>(1);

    Shared(Lineage lineage) {
      this.lineage = lineage;
    }
  }

  private final Map<Integer, Shared> sessions = new LinkedHashMap<>(16, 0.75f, true);
  private final SessionSettings settings;
  private final SessionLosses losses;

  ExecSessions(SessionSettings settings, SessionLosses losses) {
    this.settings = settings;
    this.losses = losses;
  }

  /**
   * Makes a process part of its session.
   *
   * @param held called with each model that the session holds and the Unix time since when
   */
  void join(TrackedProcess process, BiConsumer<String, Long> held) {
    if (process.facts.execSession() == 0) {
      return;
    }
    Shared shared =
        sessions.computeIfAbsent(
            process.facts.execSession(), number -> new Shared(process.lineage));
    evict();
    shared.lineage = shared.lineage.current();
    if (shared.lineage != process.lineage) {
      shared.lineage.absorb(process.lineage, settings, losses);
    }
    Map.copyOf(shared.sinceByModel).forEach(held);
  }

  /** A process has got model data by itself. The processes of its session that now have it too. */
  List<TrackedProcess> share(TrackedProcess process, String model, long sinceEpochNanos) {
    Shared shared = sessions.get(process.facts.execSession());
    if (shared == null) {
      return List.of();
    }
    if (shared.sinceByModel.size() >= settings.limits().modelsPerLineage()) {
      shared.sinceByModel.keySet().removeIf(other -> process.lineage.use(other) == null);
    }
    shared.sinceByModel.merge(model, sinceEpochNanos, Math::min);
    return process.lineage.processes().stream()
        .filter(other -> other.facts.execSession() == process.facts.execSession())
        .filter(other -> !other.holdings().containsKey(model))
        .toList();
  }

  private void evict() {
    if (sessions.size() > SESSIONS) {
      Iterator<Shared> eldest = sessions.values().iterator();
      eldest.next();
      eldest.remove();
      losses.count(SessionLoss.EXEC_SESSION_EVICTED);
    }
  }
}
