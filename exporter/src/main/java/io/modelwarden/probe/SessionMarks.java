// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.BpfProgram;
import java.nio.ByteBuffer;
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
  private final BpfProgram forget;
  private final Layouts layouts;
  private final ByteBuffer takes;

  SessionMarks(KernelSide kernel) {
    this.map = kernel.map("exec_sessions");
    this.forget = kernel.program("forget_sessions");
    this.layouts = kernel.layouts();
    this.takes = kernel.variable("sessions_hold");
  }

  /** How often a session has taken a model since none held any; 0 if none does. */
  long takes() {
    return takes.getLong(0);
  }

  /**
   * @param living numbers of sessions with an armed process that lives
   */
  void sweep(Set<Integer> living, long nowBootNanos) {
    if (takes.getLong(0) == 0) {
      return;
    }
    List<Integer> idle = new ArrayList<>();
    map.forEach(
        (keys, keyAt, values, at) -> {
          int session = keys.getInt(keyAt);
          if (nowBootNanos - values.getLong(at) >= IDLE_NANOS && !living.contains(session)) {
            idle.add(session);
          }
        });
    idle.forEach(this::delete);
    if (living.stream().allMatch(session -> session == 0)) {
      forgetAll();
    }
  }

  /** While none is left no write to a pipe or terminal costs anything. */
  private void forgetAll() {
    long before = takes.getLong(0); // first: whoever takes a model from here on is not overlooked
    if (!isEmpty()) {
      return;
    }
    byte[] request = layouts.bytes(layouts.forgetSessionsRequest);
    layouts.forgetSessionsRequest.integer("takes", 8).put(Layouts.view(request), 0, before);
    forget.run(request);
  }

  private boolean isEmpty() {
    boolean[] found = {false};
    map.forEach((keys, keyAt, values, at) -> found[0] = true);
    return !found[0];
  }

  private void delete(int session) {
    byte[] key = new byte[Integer.BYTES];
    Layouts.view(key).putInt(0, session);
    map.delete(key);
  }
}
