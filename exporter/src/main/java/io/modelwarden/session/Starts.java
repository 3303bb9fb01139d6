// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessFacts;
import io.modelwarden.workload.CgroupPath;
import io.modelwarden.workload.Readiness;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The containers and units that were started, and how far each is with its models. */
final class Starts {

  private final PhaseSettings settings;
  private final SteadyTime time;
  private final Function<CgroupPath, Readiness> readiness;
  private final Map<Start, Loading> known;

  /**
   * @param limit how many are remembered; one that was forgotten is as old as its first process
   */
  Starts(
      PhaseSettings settings,
      int limit,
      SteadyTime time,
      Function<CgroupPath, Readiness> readiness) {
    this.settings = settings;
    this.time = time;
    this.readiness = readiness;
    this.known =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Start, Loading> eldest) {
            return size() > limit;
          }
        };
  }

  /** Null for what never loads. */
  @Nullable Loading of(ProcessFacts process, ProcessOrigin origin) {
    Start start = Start.of(process, origin);
    if (start == null) {
      return null;
    }
    Loading loading = known.computeIfAbsent(start, any -> new Loading(settings));
    long first = Math.min(process.containerStartEpochNanos(), process.startEpochNanos());
    loading.startedAt(time.nanos() - (time.epochNanos() - first));
    return loading;
  }

  /** The pod is gone, and no container of it will start again. */
  void ended(String podUid) {
    known.keySet().removeIf(start -> start.place().podUid().equals(podUid));
  }

  void tick() {
    long now = time.nanos();
    known.forEach(
        (start, loading) -> {
          if (!loading.isOver(now)) {
            loading.setReadiness(readiness.apply(start.place()), now);
          }
        });
  }
}
