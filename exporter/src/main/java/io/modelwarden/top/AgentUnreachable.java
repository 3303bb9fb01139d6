// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;

/** No agent answered: one line with the socket, the reason and the remedy. */
public final class AgentUnreachable extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean notPermitted;

  /**
   * @param problem the reason and the remedy in our own words: only the socket's name, which
   *     anybody may have chosen, is escaped
   */
  AgentUnreachable(String socket, String problem, boolean notPermitted) {
    super(DisplayText.escape(socket) + " " + problem);
    this.notPermitted = notPermitted;
  }

  /** Whether it is for want of privileges. */
  public boolean isNotPermitted() {
    return notPermitted;
  }
}
