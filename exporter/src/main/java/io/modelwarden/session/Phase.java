// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

/** Whether a container, or a systemd unit, is still taking its models into memory. */
public enum Phase {
  LOADING,
  /** Also of all that did not come with it: loading excuses nobody who came into it. */
  SERVING;

  /** The same of a process that turns out to have come in another way. */
  public Phase after(ProcessOrigin before, ProcessOrigin now) {
    return before == now ? this : SERVING;
  }
}
