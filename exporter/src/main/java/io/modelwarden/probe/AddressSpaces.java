// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How large address spaces are now, each asked for once in a poll, whoever wants to know. */
final class AddressSpaces {

  private final Map<Integer, @Nullable ResidentPages> known = new HashMap<>();

  /** A poll begins: what was known may be otherwise by now. */
  void forget() {
    known.clear();
  }

  /** Null if there is no such process. */
  @Nullable ResidentPages of(int pid) {
    if (known.containsKey(pid)) {
      return known.get(pid);
    }
    ResidentPages pages = ResidentPages.of(pid);
    known.put(pid, pages);
    return pages;
  }
}
