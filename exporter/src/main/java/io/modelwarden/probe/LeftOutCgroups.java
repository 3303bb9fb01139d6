// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.nio.ByteBuffer;

/**
 * The kernel side's short way to cgroups that are left out: each has its id in the slot of its
 * hash, unless another has taken that slot, which costs the former a look-up and nothing else.
 */
final class LeftOutCgroups {

  private static final long HASH = 0x9e3779b97f4a7c15L; // as in selection.bpf.h

  private final ByteBuffer slots;
  private final int unusedHashBits;

  LeftOutCgroups(ByteBuffer slots) {
    this.slots = slots;
    this.unusedHashBits = Long.SIZE - Integer.numberOfTrailingZeros(slots.capacity() / Long.BYTES);
  }

  /** An id is one aligned store: the kernel side sees it whole or not at all. */
  void put(long id) {
    slots.putLong(offset(id), id);
  }

  void remove(long id) {
    if (slots.getLong(offset(id)) == id) {
      slots.putLong(offset(id), 0);
    }
  }

  private int offset(long id) {
    return (int) (id * HASH >>> unusedHashBits) * Long.BYTES;
  }
}
