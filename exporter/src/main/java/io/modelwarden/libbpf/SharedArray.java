// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Values of an array that the kernel shares (BPF_F_MMAPABLE), side by side. Only as many are mapped
 * as were asked for, because what is mapped counts as memory of this process. One thread reads.
 */
public final class SharedArray {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final BpfMap map;
  private @Nullable SharedMemory memory;
  private ByteBuffer values = NOTHING;

  SharedArray(BpfMap map) {
    this.map = map;
  }

  /** Where a value lies, in bytes from the first one. The kernel rounds its size up to 8. */
  public int offset(int index) {
    return index * ((map.valueBytes() + 7) / 8 * 8);
  }

  /** The values up to this one at least. What was given before must not be used any more. */
  public ByteBuffer upTo(int index) {
    int needed = offset(index + 1);
    if (values.capacity() < needed) {
      grow(Math.min(offset(map.maxEntries()), Math.max(needed, 2L * values.capacity())));
    }
    return values;
  }

  private void grow(long bytes) {
    long pages = (bytes + SharedMemory.PAGE_BYTES - 1) / SharedMemory.PAGE_BYTES;
    close();
    SharedMemory grown = SharedMemory.readOnly(map, 0, pages * SharedMemory.PAGE_BYTES);
    values = grown.buffer(0, pages * SharedMemory.PAGE_BYTES);
    memory = grown;
  }

  /** Nobody reads it any more. */
  void close() {
    values = NOTHING;
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }
}
