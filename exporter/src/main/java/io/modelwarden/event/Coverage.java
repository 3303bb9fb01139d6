// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.event;

import java.util.Arrays;

/**
 * Which parts of a file a process has taken. The file is cut into at most 512 slots of equal size,
 * a power of two; a slot is covered once any byte of it was taken. Beside them stand bytes of which
 * nobody knows for sure where they lie: those of the increment that this comes with.
 */
public final class Coverage {

  public static final int SLOTS = 512;

  private static final long[] NOWHERE = {};

  private final long[] slots;
  private final int slotShift;
  private final long unplacedBytes;

  private Coverage(long[] slots, int slotShift, long unplacedBytes) {
    this.slots = slots;
    this.slotShift = slotShift;
    this.unplacedBytes = unplacedBytes;
  }

  /**
   * @param slots one bit for each slot, the first in the lowest bit of the first word
   * @param slotShift logarithm of a slot's bytes
   */
  public static Coverage of(long[] slots, int slotShift, long unplacedBytes) {
    if (slots.length * Long.SIZE != SLOTS) {
      throw new IllegalArgumentException(slots.length + " words are not " + SLOTS + " slots");
    }
    return new Coverage(slots.clone(), slotShift, unplacedBytes);
  }

  /** Bytes that may lie anywhere. */
  public static Coverage unplaced(long bytes) {
    return new Coverage(NOWHERE, 0, bytes);
  }

  /** Whether slots are known at all. */
  public boolean isPlaced() {
    return slots.length > 0;
  }

  public int slotShift() {
    return slotShift;
  }

  public long unplacedBytes() {
    return unplacedBytes;
  }

  /** Adds the slots to others of the same size. */
  public void addTo(long[] words) {
    for (int i = 0; i < slots.length; i++) {
      words[i] |= slots[i];
    }
  }

  /** Both together. Slots of another size say nothing any more: their bytes may lie anywhere. */
  public Coverage plus(Coverage newer, long bytes) {
    if (!newer.isPlaced() || !isPlaced()) {
      Coverage placed = isPlaced() ? this : newer;
      return new Coverage(placed.slots, placed.slotShift, unplacedBytes + newer.unplacedBytes);
    }
    if (newer.slotShift != slotShift) {
      return new Coverage(slots, slotShift, unplacedBytes + bytes);
    }
    long[] both = slots.clone();
    newer.addTo(both);
    return new Coverage(both, slotShift, unplacedBytes + newer.unplacedBytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Coverage that
        && slotShift == that.slotShift
        && unplacedBytes == that.unplacedBytes
        && Arrays.equals(slots, that.slots);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(slots) * 31 + Long.hashCode(unplacedBytes) + slotShift;
  }

  @Override
  public String toString() {
    int covered = Arrays.stream(slots).mapToInt(Long::bitCount).sum();
    return "Coverage[%d slots of 2^%d, %d bytes unplaced]"
        .formatted(covered, slotShift, unplacedBytes);
  }
}
