// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Memory of another process, for mapped files whose descriptor is closed. */
public final class ProcessMemory {

  private ProcessMemory() {}

  /** Copies up to {@code bytes} from an address, by process_vm_readv(2). */
  public static byte[] read(int pid, long address, int bytes) {
    try (Memory buffer = new Memory(bytes);
        Memory local = new Memory(16);
        Memory remote = new Memory(16)) {
      local.setPointer(0, buffer);
      local.setLong(8, bytes);
      remote.setPointer(0, new Pointer(address));
      remote.setLong(8, bytes);
      int count = (int) LibC.INSTANCE.process_vm_readv(pid, local, 1, remote, 1, 0);
      return buffer.getByteArray(0, count);
    } catch (LastErrorException refused) {
      throw BpfException.of("memory of process " + pid, refused.getErrorCode());
    }
  }
}
