// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import java.util.List;
import java.util.function.LongFunction;

/** A span that is still growing. */
final class Slice {

  final SpanIdentity identity;
  final TrackedProcess process;

  /** Whether it stands for all that found no slice of its own. */
  final boolean merged;

  private String model = "";
  private Phase phase = Phase.SERVING;
  private List<SpanIdentity> links = List.of();
  private LongFunction<Evidence.Facts> facts = ignored -> new Evidence.SessionFacts();
  private long startEpochNanos = Long.MAX_VALUE;
  private long endEpochNanos;
  private long bytes;
  private boolean shared;

  Slice(SpanIdentity identity, TrackedProcess process, boolean merged) {
    this.identity = identity;
    this.process = process;
    this.merged = merged;
  }

  void add(TrackedProcess by, Increment increment) {
    shared |= by != process;
    startEpochNanos = Math.min(startEpochNanos, increment.firstEpochNanos());
    endEpochNanos = Math.max(endEpochNanos, increment.lastEpochNanos());
    bytes += increment.bytes();
  }

  /**
   * @param facts made at the slice's end from the bytes of the slice
   */
  void describe(
      String model, Phase phase, List<SpanIdentity> links, LongFunction<Evidence.Facts> facts) {
    this.model = model;
    this.phase = phase;
    this.links = links;
    this.facts = facts;
  }

  boolean wouldExceed(Increment increment, long limitNanos) {
    return increment.lastEpochNanos() - startEpochNanos > limitNanos;
  }

  boolean belongsOnlyTo(TrackedProcess candidate) {
    return process == candidate && !shared && !merged;
  }

  long startEpochNanos() {
    return startEpochNanos;
  }

  long endEpochNanos() {
    return endEpochNanos;
  }

  String model() {
    return model;
  }

  Evidence evidence(SpanIdentity root, ModelSet set) {
    return new Evidence(
        identity,
        root,
        links,
        startEpochNanos,
        endEpochNanos,
        process.workload,
        process.facts,
        process.loading == null ? Phase.SERVING : phase,
        set,
        facts.apply(bytes));
  }
}
