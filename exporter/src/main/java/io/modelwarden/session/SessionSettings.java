// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.time.Duration;

/**
 * How sessions are cut and how long things are remembered.
 *
 * @param quietPeriod a session ends after so long without model access, egress or memory read
 * @param slice longest time that one span covers, at most a minute
 * @param maximum longest session
 * @param totalsWindow of running totals, in whole hours
 * @param phase when a container has taken its models into memory
 * @param verdictGrace for how long an ended process waits for the verdict on what it read
 * @param marksAfterExec for how long a process is marked after an exec that dropped the memory
 * @param marksInherited for how long after the lineage's last read an only inherited mark lasts
 * @param trail how marks go over pipes and sockets
 * @param fullPeerAddresses show whole addresses of accepted peers, not only their networks
 * @param filePathsOnMetrics whether measurements tell a model's files apart
 */
public record SessionSettings(
    Duration quietPeriod,
    Duration slice,
    Duration maximum,
    Duration totalsWindow,
    PhaseSettings phase,
    Duration verdictGrace,
    Duration marksAfterExec,
    Duration marksInherited,
    TrailSettings trail,
    boolean fullPeerAddresses,
    boolean filePathsOnMetrics,
    Limits limits) {

  private static final Duration LONGEST_SLICE = Duration.ofMinutes(1);

  public SessionSettings {
    check(!quietPeriod.isNegative() && !quietPeriod.isZero(), "quiet period must be positive");
    check(!slice.isNegative() && !slice.isZero(), "slice must be positive");
    check(slice.compareTo(LONGEST_SLICE) <= 0, "slice must be at most 60 s");
    check(maximum.compareTo(slice) >= 0, "maximum must be at least one slice");
    check(totalsWindow.toHours() >= 1, "window of totals must be at least an hour");
  }

  public static SessionSettings defaults() {
    return new SessionSettings(
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5),
        Duration.ofHours(24),
        PhaseSettings.defaults(),
        Duration.ofSeconds(5),
        Duration.ofHours(1),
        Duration.ofHours(24),
        TrailSettings.defaults(),
        false,
        true,
        Limits.defaults());
  }

  private static void check(boolean good, String rule) {
    if (!good) {
      throw new IllegalArgumentException("Session settings: " + rule + ".");
    }
  }

  /**
   * Bounds of what is kept; what goes beyond is counted in {@link SessionLosses}.
   *
   * @param processes tracked, each about 1 KiB: as many as the kernel's map has, so that what one
   *     has sent is never told after it was forgotten
   * @param files models and undecided ones
   * @param totals keys of each kind of running total
   * @param provisional accesses to undecided files
   * @param modelsPerLineage models that a process tree is known to have read
   * @param filesPerLineage distinct files counted for a process tree
   * @param spansPerSlice of one session; the rest of the slice is merged
   * @param peersPerProcess shown by address; the rest is "other"
   */
  public record Limits(
      int processes,
      int files,
      int totals,
      int provisional,
      int modelsPerLineage,
      int filesPerLineage,
      int spansPerSlice,
      int peersPerProcess) {

    public static Limits defaults() {
      return new Limits(16_384, 8_192, 4_096, 4_096, 64, 4_096, 32, 64);
    }
  }
}
