// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Opens, cuts and ends sessions, and hands their spans to the sink. */
final class Sessions {

  private final Set<Session> open = new LinkedHashSet<>();
  private final Context context;
  private final SessionSettings settings;
  private final SteadyTime time;

  Sessions(Context context) {
    this.context = context;
    this.settings = context.settings();
    this.time = context.time();
  }

  /**
   * Adds to the slice of this key in the session of the process' tree.
   *
   * @param coarser key to fall back on where the slice of time already has too many spans
   */
  Slice add(TrackedProcess process, Object key, Object coarser, Increment increment) {
    Session session = session(process, increment);
    session.activeNanos = time.nanos();
    Slice slice = session.slice(process, key, coarser, settings.limits().spansPerSlice());
    slice.add(process, increment);
    return slice;
  }

  private Session session(TrackedProcess process, Increment increment) {
    Lineage lineage = process.lineage;
    Session session = lineage.session;
    if (session == null) {
      session = new Session(process, lineage.continued, time.nanos());
      lineage.session = session;
      lineage.continued = null;
      open.add(session);
    } else if (session.wouldExceed(increment, settings.slice().toNanos())) {
      emit(session, session.takeAll(time.nanos()));
    }
    return session;
  }

  void tick() {
    long now = time.nanos();
    for (Session session : List.copyOf(open)) {
      if (now - session.activeNanos >= settings.quietPeriod().toNanos()) {
        end(session);
      } else if (now - session.startNanos >= settings.maximum().toNanos()) {
        end(session);
        session.lineage.continued = session.root;
      } else if (session.isDue(now, settings.slice().toNanos())) {
        emit(session, session.takeAll(now));
      }
    }
  }

  /** The process is gone: what only it did is complete. With the last process the session ends. */
  void processEnded(TrackedProcess process) {
    Session session = process.lineage.session;
    if (session == null) {
      return;
    }
    if (process.lineage.isEmpty()) {
      end(session);
    } else {
      emit(session, session.take(slice -> slice.belongsOnlyTo(process)));
    }
  }

  void close() {
    List.copyOf(open).forEach(this::end);
  }

  int openCount() {
    return open.size();
  }

  private void end(Session session) {
    emit(session, session.takeAll(time.nanos()));
    open.remove(session);
    if (session.lineage.session == session) {
      session.lineage.session = null;
    }
    Phase phase = context.phase(session.process, session.anyModel());
    context.sink().span(session.evidence(context.catalog(), phase));
  }

  private void emit(Session session, List<Slice> slices) {
    for (Slice slice : slices) {
      context.sink().span(slice.evidence(session.root, context.catalog().set(slice.model())));
    }
  }
}
