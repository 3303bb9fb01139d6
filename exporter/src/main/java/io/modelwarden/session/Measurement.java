// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Flow;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.workload.Workload;

/**
 * An addition to a metric stream of a workload, or a new value of a gauge. A path is empty where it
 * is not known, or where files are not told apart.
 */
public sealed interface Measurement {

  Workload workload();

  /** When the stream was touched: its start if it is new, else the time of its newest value. */
  long epochNanos();

  /** Adds to modelwarden.file.io and modelwarden.file.operations. */
  record FileIo(
      Workload workload,
      long epochNanos,
      String path,
      String model,
      Direction direction,
      String executable,
      ProcessOrigin origin,
      Phase phase,
      String method,
      long bytes,
      long operations)
      implements Measurement {}

  /** Adds touched bytes of a mapping to modelwarden.file.io; no call read them. */
  record FileTouched(
      Workload workload,
      long epochNanos,
      String path,
      String model,
      String executable,
      ProcessOrigin origin,
      Phase phase,
      long bytes)
      implements Measurement {

    /** Label of the way, among those of calls. */
    public static final String METHOD = "fault";
  }

  /** Adds distinct bytes to modelwarden.file.mapped. */
  record FileMapped(
      Workload workload,
      long epochNanos,
      String path,
      String model,
      String executable,
      ProcessOrigin origin,
      Phase phase,
      long bytes)
      implements Measurement {}

  /** Sets modelwarden.file.mapping.size, summed by the sender over the workload's processes. */
  record MappingSize(
      Workload workload,
      long epochNanos,
      String path,
      String model,
      String executable,
      ProcessOrigin origin,
      Phase phase,
      long bytes)
      implements Measurement {}

  /** Sets modelwarden.file.size. */
  record FileSize(Workload workload, long epochNanos, String path, String model, long bytes)
      implements Measurement {}

  /** Sets modelwarden.model.size. */
  record ModelSize(Workload workload, long epochNanos, String model, String format, long bytes)
      implements Measurement {}

  /** Sets modelwarden.file.read.coverage. */
  record ReadCoverage(
      Workload workload,
      long epochNanos,
      String model,
      ProcessOrigin origin,
      Phase phase,
      double share)
      implements Measurement {}

  /** Adds to modelwarden.network.io. */
  record NetworkIo(
      Workload workload,
      long epochNanos,
      Flow.Transport transport,
      boolean ipv6,
      Flow.Role role,
      PeerScope scope,
      String model,
      String executable,
      long bytes)
      implements Measurement {}

  /** Adds to modelwarden.memory.read. */
  record MemoryRead(
      Workload workload,
      long epochNanos,
      String method,
      String executable,
      ProcessOrigin origin,
      boolean targetHoldsModel,
      boolean sameContainer,
      String model,
      long bytes,
      long operations)
      implements Measurement {}
}
