// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.session.PhaseSettings.End;
import io.modelwarden.workload.Readiness;
import java.util.HashMap;
import java.util.Map;

/** Whether what was started still takes its models into memory. Once over, it stays over. */
final class Loading {

  private static final long NEVER = Long.MIN_VALUE;
  private static final int MODELS = 64;

  private final PhaseSettings settings;
  private final Map<String, Long> takenBytes = new HashMap<>(2);
  private long startNanos = Long.MAX_VALUE;
  private long lastReadNanos = NEVER;
  private long readySinceNanos = NEVER;
  private Readiness readiness = Readiness.UNKNOWN;
  private boolean over;

  Loading(PhaseSettings settings) {
    this.settings = settings;
  }

  /**
   * The earliest counts. What was read before the agent nobody saw: what is older than the grace
   * period then is taken to have its models.
   *
   * @param nanos steady time; below zero if it is older than the agent
   */
  void startedAt(long nanos) {
    startNanos = Math.min(startNanos, nanos);
    over = over || startNanos < -settings.gracePeriod().toNanos();
  }

  boolean isOver(long nowNanos) {
    over = over || isOlder(startNanos, settings.maximum().toNanos(), nowNanos) || isDone(nowNanos);
    return over;
  }

  void setReadiness(Readiness now, long nowNanos) {
    readiness = now;
    boolean ready = now == Readiness.READY;
    if (!ready || readySinceNanos == NEVER) {
      readySinceNanos = ready ? nowNanos : NEVER;
    }
  }

  /** How many of the next bytes belong to loading: together at most twice the model's size. */
  long share(String model, long bytes, long modelSizeBytes, long nowNanos) {
    if (isOver(nowNanos) || (takenBytes.size() >= MODELS && !takenBytes.containsKey(model))) {
      return 0;
    }
    long taken = takenBytes.getOrDefault(model, 0L);
    return modelSizeBytes == 0 ? bytes : Math.max(0, Math.min(bytes, 2 * modelSizeBytes - taken));
  }

  void took(String model, long bytes, long nowNanos) {
    if (!isOver(nowNanos)) {
      lastReadNanos = nowNanos;
      takenBytes.merge(model, bytes, Long::sum);
    }
  }

  private boolean isDone(long nowNanos) {
    long grace = settings.gracePeriod().toNanos();
    return settings.end() == End.READY && readiness != Readiness.UNKNOWN
        ? readySinceNanos != NEVER && isOlder(readySinceNanos, grace - 1, nowNanos)
        : lastReadNanos != NEVER && isOlder(lastReadNanos, grace - 1, nowNanos);
  }

  private static boolean isOlder(long sinceNanos, long ageNanos, long nowNanos) {
    return nowNanos - sinceNanos > ageNanos;
  }
}
