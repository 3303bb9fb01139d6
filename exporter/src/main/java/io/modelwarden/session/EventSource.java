// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.ProcessKey;

/** What the tracker tells whoever sends it events about processes. */
public interface EventSource {

  /** Of events that no kernel sends: it has no marks. */
  EventSource NONE =
      new EventSource() {
        @Override
        public boolean disarm(ProcessKey process) {
          return true;
        }

        @Override
        public void forgotten(ProcessKey process) {}
      };

  /**
   * The mark of the process is over: what it does matters no longer until it touches a model.
   *
   * @return false if it has a model open or mapped, and so keeps its mark
   */
  boolean disarm(ProcessKey process);

  /** Too many are tracked, so this one is forgotten: it has to be told of again if it acts. */
  void forgotten(ProcessKey process);
}
