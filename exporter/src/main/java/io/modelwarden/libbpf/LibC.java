// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** System calls of the C library; each throws {@link LastErrorException} with errno on failure. */
interface LibC extends Library {

  LibC INSTANCE = Native.load("c", LibC.class);

  int PROT_READ = 1;
  int PROT_WRITE = 2;
  int MAP_SHARED = 1;
  int EPOLL_CTL_ADD = 1;
  long SYS_CAPGET = 125;
  long SYS_CAPSET = 126;
  long SYS_PIDFD_OPEN = 434;
  long SYS_PIDFD_GETFD = 438;
  int M_MMAP_THRESHOLD = -3;
  int CLOCK_REALTIME = 0;
  int CLOCK_BOOTTIME = 7;

  Pointer mmap(
      @Nullable Pointer address, long length, int protection, int flags, int fd, long offset)
      throws LastErrorException;

  int munmap(Pointer address, long length) throws LastErrorException;

  int open(String path, int flags) throws LastErrorException;

  int close(int fd) throws LastErrorException;

  long read(int fd, Pointer buffer, long count) throws LastErrorException;

  long pread(int fd, Pointer buffer, long count, long offset) throws LastErrorException;

  long process_vm_readv(
      int pid, Pointer local, long locals, Pointer remote, long remotes, long flags)
      throws LastErrorException;

  int epoll_create1(int flags) throws LastErrorException;

  int epoll_ctl(int epoll, int operation, int fd, Pointer event) throws LastErrorException;

  int epoll_wait(int epoll, Pointer events, int maximum, int timeoutMillis)
      throws LastErrorException;

  int clock_gettime(int clock, Pointer time) throws LastErrorException;

  int getpid();

  long syscall(long number, Object... arguments) throws LastErrorException;

  /** Of glibc alone. */
  int mallopt(int parameter, int value);

  int vsnprintf(@Nullable Pointer buffer, long size, String format, Pointer arguments);
}
