// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** Every way in which sessions can lose or doubt something. */
public enum SessionLoss {
  /** A process was forgotten because too many are tracked. */
  PROCESS_EVICTED,
  /** An event named a process that is not tracked. */
  PROCESS_UNKNOWN,
  /** A file was forgotten because too many are known. */
  FILE_EVICTED,
  /** An event named a file that is not known: held back like an undecided one. */
  FILE_UNKNOWN,
  /** Accesses to an undecided file were dropped because too many were held back. */
  PROVISIONAL_EVICTED,
  /** A process died before the verdict on a file: counted as a model of format unknown. */
  VERDICT_MISSING,
  /** A running total began anew because too many were kept. */
  TOTAL_EVICTED,
  /** Which parts of a model were read was forgotten because too many are kept. */
  COVERAGE_EVICTED,
  /** The name of a file's content was forgotten: a copy that comes now has its own name. */
  COPY_NAME_EVICTED,
  /** A process tree read more models than are kept apart. */
  MODEL_EVICTED,
  /** A process tree read more files than are counted. */
  LINEAGE_FILES_FULL,
  /** What an exec session had taken was forgotten because too many are kept. */
  EXEC_SESSION_EVICTED,
  /** A pipe or socket was forgotten because too many are kept. */
  CHANNEL_EVICTED,
  /** A mark that came over a pipe or socket ended because it was too old. */
  TRAIL_EXPIRED,
  /** What a process sent to further peers before its first read was dropped. */
  PENDING_EGRESS_DROPPED
}
