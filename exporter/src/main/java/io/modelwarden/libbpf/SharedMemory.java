// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory of a map that the kernel and this process both see. Nobody touches it once closed. */
final class SharedMemory implements AutoCloseable {

  static final int PAGE_BYTES = 4096;

  private final Pointer start;
  private final long bytes;

  private SharedMemory(Pointer start, long bytes) {
    this.start = start;
    this.bytes = bytes;
  }

  static SharedMemory readOnly(BpfMap map, long offset, long bytes) {
    return of(map, LibC.PROT_READ, offset, bytes);
  }

  static SharedMemory writable(BpfMap map, long offset, long bytes) {
    return of(map, LibC.PROT_READ | LibC.PROT_WRITE, offset, bytes);
  }

  private static SharedMemory of(BpfMap map, int protection, long offset, long bytes) {
    try {
      Pointer start =
          LibC.INSTANCE.mmap(null, bytes, protection, LibC.MAP_SHARED, map.descriptor(), offset);
      return new SharedMemory(start, bytes);
    } catch (LastErrorException refused) {
      throw BpfException.of("map memory of " + map.name(), refused.getErrorCode());
    }
  }

  ByteBuffer buffer(long offset, long length) {
    return start.getByteBuffer(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    LibC.INSTANCE.munmap(start, bytes);
  }
}
