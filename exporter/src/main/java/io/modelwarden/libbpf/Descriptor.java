// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/** An open file descriptor of this process. */
public final class Descriptor implements AutoCloseable {

  private static final int O_DIRECTORY = 0200000;
  private static final int O_NONBLOCK = 04000;
  private static final int O_NOCTTY = 0400;
  private static final int O_CLOEXEC = 02000000;

  private final int number;
  private boolean closed;

  Descriptor(int number) {
    this.number = number;
  }

  static Descriptor openFolder(String path) {
    return open(path, O_DIRECTORY | O_CLOEXEC);
  }

  /** Opens for reading; a FIFO or a device cannot make it wait. */
  public static Descriptor open(String path) {
    return open(path, O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  }

  private static Descriptor open(String path, int flags) {
    try {
      return new Descriptor(LibC.INSTANCE.open(path, flags));
    } catch (LastErrorException refused) {
      throw BpfException.of("open " + path, refused.getErrorCode());
    }
  }

  /** A copy of another process' descriptor, by pidfd_getfd(2). */
  public static Descriptor ofProcess(int pid, int descriptor) {
    try (Descriptor process =
        new Descriptor((int) LibC.INSTANCE.syscall(LibC.SYS_PIDFD_OPEN, pid, 0))) {
      return new Descriptor(
          (int) LibC.INSTANCE.syscall(LibC.SYS_PIDFD_GETFD, process.number, descriptor, 0));
    } catch (LastErrorException refused) {
      throw BpfException.of(
          "descriptor " + descriptor + " of process " + pid, refused.getErrorCode());
    }
  }

  public int number() {
    return number;
  }

  /** Reads up to {@code bytes} at an offset; shorter at the end of the file. */
  public byte[] readAt(long offset, int bytes) {
    try (Memory buffer = new Memory(bytes)) {
      int count = (int) LibC.INSTANCE.pread(number, buffer, bytes, offset);
      return buffer.getByteArray(0, count);
    } catch (LastErrorException refused) {
      throw BpfException.of("read descriptor " + number, refused.getErrorCode());
    }
  }

  long read(Memory buffer) {
    while (true) {
      try {
        return LibC.INSTANCE.read(number, buffer, buffer.size());
      } catch (LastErrorException refused) {
        if (refused.getErrorCode() != Errno.EINTR && refused.getErrorCode() != 11) {
          throw BpfException.of("read descriptor " + number, refused.getErrorCode());
        }
      }
    }
  }

  @Override
  public void close() {
    // Once only: the number may belong to another file by then.
    if (!closed) {
      closed = true;
      LibC.INSTANCE.close(number);
    }
  }
}
