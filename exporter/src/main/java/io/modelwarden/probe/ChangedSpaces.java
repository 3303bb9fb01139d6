// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.ProcessKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which address spaces are looked at: those that are not as large as before, and each of them from
 * time to time, because something of the same size may have come in a mapping's place.
 */
final class ChangedSpaces {

  private static final class Seen {
    long mappedPages;
    int skipped;
  }

  private final AddressSpaces spaces;
  private final int mostSkipped;
  private final Map<ProcessKey, Seen> seen = new HashMap<>();

  /**
   * @param mostSkipped looks that an address space of the same size is spared, one after the other
   */
  ChangedSpaces(AddressSpaces spaces, int mostSkipped) {
    this.spaces = spaces;
    this.mostSkipped = mostSkipped;
  }

  /** Whether to look at it now; one that is not there is for the looker to find out. */
  boolean take(ProcessKey process) {
    ResidentPages pages = spaces.of(process.pid());
    if (pages == null) {
      return true;
    }
    Seen before = seen.computeIfAbsent(process, any -> new Seen());
    if (before.mappedPages == pages.mapped() && before.skipped < mostSkipped) {
      before.skipped++;
      return false;
    }
    before.mappedPages = pages.mapped();
    before.skipped = 0;
    return true;
  }

  /** The next time it is looked at, whatever its size. */
  void forget(ProcessKey process) {
    seen.remove(process);
  }

  void retain(Set<ProcessKey> living) {
    seen.keySet().retainAll(living);
  }
}
