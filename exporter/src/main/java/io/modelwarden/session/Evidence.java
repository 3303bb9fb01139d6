// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Flow;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.workload.Workload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One span's worth of facts. Names and wire forms are telemetry's business.
 *
 * @param parent null for the root of a trace
 * @param links at most 8
 * @param model null only on a session that touched more than one
 */
public record Evidence(
    SpanIdentity identity,
    @Nullable SpanIdentity parent,
    List<SpanIdentity> links,
    long startEpochNanos,
    long endEpochNanos,
    Workload workload,
    ProcessFacts process,
    Phase phase,
    @Nullable ModelSet model,
    Facts facts) {

  /** The same at another time. */
  public Evidence at(long start, long end) {
    return start == startEpochNanos && end == endEpochNanos
        ? this
        : new Evidence(identity, parent, links, start, end, workload, process, phase, model, facts);
  }

  /** The same of a workload that has got other names. */
  public Evidence of(Workload named) {
    ProcessOrigin before = ProcessOrigin.of(process, workload);
    return new Evidence(
        identity,
        parent,
        links,
        startEpochNanos,
        endEpochNanos,
        named,
        process,
        phase.after(before, ProcessOrigin.of(process, named)),
        model,
        facts);
  }

  /** What is particular to each kind of span. */
  public sealed interface Facts {}

  /** The root: an access session of a process tree. */
  public record SessionFacts() implements Facts {}

  /**
   * A slice of reading, mapping or writing one file.
   *
   * @param sliceBytes read or written in this slice; newly mapped distinct bytes for a mapping
   * @param totalReadBytes running total of this workload, model, phase and origin: read + mapped
   * @param fingerprint of the file's content, empty while it is not known
   * @param coverage distinct share of the model that they have taken since the agent's start
   */
  public record FileAccessFacts(
      Action action,
      String path,
      long inode,
      long fileSizeBytes,
      String format,
      String fingerprint,
      long sliceBytes,
      long totalReadBytes,
      double coverage)
      implements Facts {}

  public enum Action {
    READ,
    MMAP,
    WRITE
  }

  /**
   * A slice of sending.
   *
   * @param peer address as it may be shown, empty where there is none or for many peers ("other")
   * @param port 0 if none
   * @param path of the model file of which data is held, empty if there are several
   * @param totalBytes running total of this workload to this scope and role
   */
  public record EgressFacts(
      String peer,
      int port,
      boolean ipv6,
      Flow.Transport transport,
      Flow.Role role,
      PeerScope scope,
      String path,
      long sliceBytes,
      long totalBytes,
      Holding holding)
      implements Facts {}

  /**
   * A way on which bytes are not counted by file was prepared.
   *
   * @param kind label of the way
   * @param device major and minor number, empty if it is none
   * @param bytes read of a block device
   */
  public record BlindSpotFacts(String kind, String device, long bytes) implements Facts {}

  /**
   * A slice of reading another process' memory.
   *
   * @param totalBytes running total of this reader and victim
   * @param victimHolding of the victim: zero bytes if it holds no model
   */
  public record MemoryFacts(
      String method,
      long sliceBytes,
      long totalBytes,
      ProcessFacts victim,
      boolean victimHoldsModel,
      boolean sameContainer,
      Holding victimHolding)
      implements Facts {}
}
