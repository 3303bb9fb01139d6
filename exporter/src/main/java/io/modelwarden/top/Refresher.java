// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks the agent again and again on a thread of its own, so that keys never wait for it. */
final class Refresher {

  /**
   * What came last.
   *
   * @param problem why there is nothing newer, or null
   */
  record Latest(Snapshot snapshot, @Nullable String problem) {}

  private final SnapshotSource source;
  private final Duration interval;
  private volatile Latest latest;

  /**
   * @param first what is shown until the next one comes
   */
  Refresher(SnapshotSource source, Snapshot first, Duration interval) {
    this.latest = new Latest(first, null);
    this.source = source;
    this.interval = interval;
  }

  void start() {
    Thread thread = new Thread(this::refresh, "modelwarden-refresh");
    thread.setDaemon(true);
    thread.start();
  }

  Latest latest() {
    return latest;
  }

  private void refresh() {
    while (pause()) {
      try {
        latest = new Latest(source.snapshot(), null);
      } catch (AgentUnreachable gone) {
        latest = new Latest(latest.snapshot(), gone.getMessage());
      }
    }
  }

  private boolean pause() {
    try {
      Thread.sleep(interval.toMillis());
      return true;
    } catch (InterruptedException end) {
      return false;
    }
  }
}
