// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.util.EnumSet;
import java.util.Set;

/** How a process came to hold model data, the most telling reason first. */
public enum Via {
  SELF,
  WRITE,
  PARENT,
  SESSION,
  PIPE,
  SOCKET,
  FILE,
  SHARED_MEMORY,
  RECOVERED,
  MEMORY,
  DECLARED;

  private static final Set<Via> PASSED = EnumSet.of(PIPE, SOCKET, FILE, SHARED_MEMORY);

  /** Whether the data came from another process over a channel between the two. */
  boolean isPassed() {
    return PASSED.contains(this);
  }
}
