// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/** Capabilities of the calling thread (capabilities(7)); threads that it starts inherit them. */
public final class Capabilities {

  public static final int SYS_PTRACE = 19;
  public static final int BPF = 39;

  private static final int VERSION_3 = 0x20080522;

  private Capabilities() {}

  /**
   * Gives up all but the given ones, for good. The kernel keeps capabilities by thread: call it
   * before the threads that do the work are started. Threads that run already keep theirs: the
   * JVM's own (compiler, collector, finalizer), JNA's cleaner, and those of a server bound before.
   * It limits what the program's work can do by mistake; it does not hold code that took over the
   * JVM.
   */
  public static void keepOnly(int... kept) {
    try (Memory header = new Memory(8);
        Memory data = new Memory(24)) {
      header.setInt(0, VERSION_3);
      header.setInt(4, 0);
      LibC.INSTANCE.syscall(LibC.SYS_CAPGET, header, data);
      long mask = 0;
      for (int capability : kept) {
        mask |= 1L << capability;
      }
      for (int word = 0; word < 2; word++) {
        int keep = (int) (mask >>> 32 * word);
        int at = word * 12;
        data.setInt(at, data.getInt(at) & keep);
        data.setInt(at + 4, data.getInt(at + 4) & keep);
        data.setInt(at + 8, 0);
      }
      LibC.INSTANCE.syscall(LibC.SYS_CAPSET, header, data);
    } catch (LastErrorException refused) {
      throw BpfException.of("give up capabilities", refused.getErrorCode());
    }
  }
}
