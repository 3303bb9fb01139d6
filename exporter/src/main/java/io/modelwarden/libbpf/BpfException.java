// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

/** A refusal of libbpf or the kernel, in one line with what to do about it. */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  public BpfException(String message) {
    this(message, 0);
  }

  BpfException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /** The kernel's error number, 0 if there is none. */
  public int errno() {
    return errno;
  }

  /** Of errno, or of the negative error number that libbpf returns. */
  static BpfException of(String action, int errno) {
    return new BpfException(action + ": " + Errno.describe(errno), Math.abs(errno));
  }
}
