// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import io.modelwarden.event.DisplayText;

/** No agent answered: one line with the socket, the reason and the remedy. */
public final class AgentUnreachable extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean notPermitted;

  AgentUnreachable(String message, boolean notPermitted) {
    super(DisplayText.escape(message));
    this.notPermitted = notPermitted;
  }

  /** Whether it is for want of privileges. */
  public boolean isNotPermitted() {
    return notPermitted;
  }
}
