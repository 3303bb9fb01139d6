// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What became of requests and of events, from zero on. */
public final class AuditCounts {

  /** What became of a request. */
  public enum Request {
    ACCEPTED,
    /** No list of events: 400, 405, 415. */
    WRONG,
    /** More than a body may have: 413. */
    TOO_LARGE,
    /** No room, or no turn in time: 503. The API server comes again. */
    BUSY
  }

  private final Map<Request, LongAdder> requests = new EnumMap<>(Request.class);
  private final LongAdder exported = new LongAdder();
  private final LongAdder others = new LongAdder();

  AuditCounts() {
    for (Request one : Request.values()) {
      requests.put(one, new LongAdder());
    }
  }

  public long of(Request outcome) {
    return count(outcome).sum();
  }

  /** Records handed over for export. */
  public long taken() {
    return exported.sum();
  }

  /** Events of other requests than those that enter a pod. */
  public long others() {
    return others.sum();
  }

  void add(Request outcome) {
    count(outcome).increment();
  }

  void accepted(EventList list) {
    exported.add(list.records().size());
    others.add(list.others());
  }

  private LongAdder count(Request outcome) {
    LongAdder count = requests.get(outcome);
    if (count == null) {
      throw new IllegalArgumentException("no outcome: " + outcome);
    }
    return count;
  }
}
