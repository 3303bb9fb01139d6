// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

/**
 * Something the kernel side has recorded. Events of one poll come in the order: processes, files,
 * accesses, egress, memory reads, ends of processes; a process or file is seen before it is named.
 */
public sealed interface KernelEvent {

  /** A process is armed; also sent again when an exec made another image of it. */
  record ProcessSeen(ProcessFacts process) implements KernelEvent {}

  /**
   * The image is gone: the process exited, or an exec replaced it. No event names it after this.
   */
  record ProcessEnded(ProcessKey process, boolean replaced, long epochNanos)
      implements KernelEvent {}

  /** A file appeared or its verdict, format or size changed. */
  record FileSeen(FileFacts file) implements KernelEvent {}

  /**
   * Bytes read from or written to a file that is a model or undecided.
   *
   * @param path as the process sees it
   * @param method label of the way: read, sendfile, splice, copy_file_range, ficlone, io_uring,
   *     aio, write
   * @param coverage of the file by all such accesses so far; says nothing for writes
   */
  record FileAccessed(
      ProcessKey process,
      int fileId,
      String path,
      Direction direction,
      String method,
      Increment increment,
      Coverage coverage)
      implements KernelEvent {}

  /** Distinct bytes of a file newly mapped; a second mapping of a range adds an operation only. */
  record FileMapped(
      ProcessKey process, int fileId, String path, Increment increment, Coverage coverage)
      implements KernelEvent {}

  /** Bytes of a file that a process has mapped now, each once; 0 when the last mapping is gone. */
  record MappingSampled(
      ProcessKey process, int fileId, String path, long liveBytes, long epochNanos)
      implements KernelEvent {}

  /**
   * A process has touched more of what it has mapped of a file: distinct bytes beyond those told
   * before, at the least.
   */
  record MappingTouched(ProcessKey process, int fileId, String path, Increment increment)
      implements KernelEvent {}

  /** A process has a file open that it opened unseen: nobody knows what it took of it. */
  record FileFound(ProcessKey process, int fileId, String path, long epochNanos)
      implements KernelEvent {}

  /**
   * Bytes that an armed process wrote to a channel between processes of this machine, or read from
   * one; none if it only could write. What is read of a file that may be a model comes as {@link
   * FileAccessed}, until somebody has looked at it.
   *
   * @param channel number of the receiving end; negative where it is made of ports, which are used
   *     again
   * @param accepted whether it was written to a connection that the writer had accepted
   */
  record DataMoved(
      ProcessKey process,
      long channel,
      Channel kind,
      Direction direction,
      boolean accepted,
      Increment increment)
      implements KernelEvent {}

  /** Bytes that an armed process sent. */
  record BytesSent(ProcessKey process, Flow flow, Increment increment) implements KernelEvent {}

  /**
   * Memory of an armed process was read by another, or one of the two wrote into the other's.
   *
   * @param reader who called; of a core dump the victim itself
   * @param method label: process_vm_readv, ptrace, proc_mem, pidfd_getfd, core_dump; of writes
   *     process_vm_writev, ptrace_write, proc_mem_write
   */
  record MemoryRead(ProcessKey reader, ProcessKey victim, String method, Increment increment)
      implements KernelEvent {}

  /**
   * A process, armed or not, has prepared a way on which bytes are not counted by file.
   *
   * @param kind label of the way
   * @param device its number, major and minor, or empty
   * @param increment bytes of a block device that it read; one operation for each preparation
   */
  record BlindSpotPrepared(ProcessFacts process, String kind, String device, Increment increment)
      implements KernelEvent {}

  /** Bytes for which the kernel's maps had no place: in the totals, of an unknown file. */
  record BytesUncounted(ProcessKey process, Direction direction, Increment increment)
      implements KernelEvent {}

  /** What data go over from one process to another. */
  enum Channel {
    PIPE,
    SOCKET,
    /** One that is no model, also in memory only. */
    FILE,
    /** Mapped by several: bytes are those that could have gone over, and may not. */
    MEMORY
  }

  enum Direction {
    READ,
    WRITE
  }
}
