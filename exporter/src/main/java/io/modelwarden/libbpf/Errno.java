// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import java.util.Map;

/**
 * Error numbers of x86-64 Linux that the calls here return (include/uapi/asm-generic/errno-base.h).
 */
final class Errno {

  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENOSPC = 28;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(
              1,
              "EPERM, not permitted: run as root, or with the capabilities BPF, PERFMON and NET_ADMIN"),
          Map.entry(ENOENT, "ENOENT, not there"),
          Map.entry(3, "ESRCH, no such process or hook in this kernel"),
          Map.entry(7, "E2BIG, the map is full"),
          Map.entry(9, "EBADF, bad descriptor"),
          Map.entry(12, "ENOMEM, out of memory: raise the memory limit of the agent"),
          Map.entry(13, "EACCES, the verifier or a permission refused it"),
          Map.entry(17, "EEXIST, already there"),
          Map.entry(22, "EINVAL, this kernel does not know it"),
          Map.entry(ENOSPC, "ENOSPC, no room"),
          Map.entry(95, "EOPNOTSUPP, this kernel does not support it"),
          Map.entry(524, "ENOTSUPP, this kernel does not support it"));

  private Errno() {}

  static String describe(int errno) {
    int number = Math.abs(errno);
    return NAMES.getOrDefault(number, "error " + number);
  }
}
