// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Coverage;

/** How much of one file was taken, each part once, by whomever. */
final class FileCoverage {

  private final long[] slots = new long[Coverage.SLOTS / Long.SIZE];
  private int slotShift;
  private long fileBytes;
  private long placedBytes;
  private long unplacedBytes;
  private long distinctBytes;

  /**
   * @param fileBytes size of the file now
   * @param bytes that were taken
   * @param coverage which parts they may have been
   */
  void add(long fileBytes, long bytes, Coverage coverage) {
    this.fileBytes = fileBytes;
    // Slots of another size are of the file when it was shorter.
    boolean fits = coverage.isPlaced() && (placedBytes == 0 || coverage.slotShift() == slotShift);
    long unplaced = fits ? Math.min(bytes, coverage.unplacedBytes()) : bytes;
    unplacedBytes += unplaced;
    if (bytes > unplaced) {
      slotShift = coverage.slotShift();
      placedBytes += bytes - unplaced;
      coverage.addTo(slots);
    }
    distinctBytes = computeDistinctBytes();
  }

  void addAll(FileCoverage other) {
    long[] theirs = other.slots;
    long bytes = other.placedBytes + other.unplacedBytes;
    add(other.fileBytes, bytes, Coverage.of(theirs, other.slotShift, other.unplacedBytes));
  }

  /** No more than was taken, no more than the file has, and no less than what was distinct. */
  long distinctBytes() {
    return distinctBytes;
  }

  private long computeDistinctBytes() {
    long covered = 0;
    for (long word : slots) {
      covered += (long) Long.bitCount(word) << slotShift;
    }
    covered -= Math.max(0, (lastSlot() + 1 << slotShift) - fileBytes); // it ends with the file
    return Math.min(fileBytes, Math.min(covered, placedBytes) + unplacedBytes);
  }

  /** The last covered one, or -1. */
  private long lastSlot() {
    int word = slots.length - 1;
    while (word >= 0 && slots[word] == 0) {
      word--;
    }
    return word < 0 ? -1 : (word + 1L) * Long.SIZE - 1 - Long.numberOfLeadingZeros(slots[word]);
  }
}
