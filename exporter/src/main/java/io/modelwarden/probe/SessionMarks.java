// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Marks of exec sessions that have taken a model. Nothing tells when the last process of one has
 * gone, most are not armed: a mark lasts while one that is armed lives, and a day after the last
 * take.
 */
final class SessionMarks {

  private static final long IDLE_NANOS = Duration.ofDays(1).toNanos();

  private final BpfMap map;

  SessionMarks(BpfMap map) {
    this.map = map;
  }

  /**
   * @param living numbers of sessions with an armed process that lives
   */
  void sweep(Set<Integer> living, long nowBootNanos) {
    List<Integer> idle = new ArrayList<>();
    map.forEach(
        (keys, keyAt, values, at) -> {
          int session = keys.getInt(keyAt);
          if (nowBootNanos - values.getLong(at) >= IDLE_NANOS && !living.contains(session)) {
            idle.add(session);
          }
        });
    idle.forEach(this::delete);
  }

  private void delete(int session) {
    byte[] key = new byte[Integer.BYTES];
    Layouts.view(key).putInt(0, session);
    map.delete(key);
  }
}
