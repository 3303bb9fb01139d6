// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what stands between us and the collector. The batch processors drop in silence when their
 * queue is full; so nothing is offered to them that they would drop.
 */
final class SignalQueue {

  private final AtomicLong offered = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final List<AtomicLong> finished = new CopyOnWriteArrayList<>();
  private volatile long capacity = Long.MAX_VALUE;

  void limitTo(long items) {
    capacity = items;
  }

  /** True if there is a place, which is then taken. */
  boolean admit() {
    if (pending() >= capacity) {
      refused.incrementAndGet();
      return false;
    }
    offered.incrementAndGet();
    return true;
  }

  boolean hasRoomFor(int items) {
    return pending() + items <= capacity;
  }

  /** The end of one exporter: told once for each batch that is finished, well or not. */
  Ending newEnding() {
    AtomicLong count = new AtomicLong();
    finished.add(count);
    return (items, success) -> {
      if (!success) {
        failed.addAndGet(items);
      }
      count.addAndGet(items);
    };
  }

  /** Items on their way to the slowest exporter. */
  long pending() {
    long slowest = finished.stream().mapToLong(AtomicLong::get).min().orElse(offered.get());
    return offered.get() - slowest;
  }

  long refused() {
    return refused.get();
  }

  long failed() {
    return failed.get();
  }

  /** Takes the result of one batch. */
  @FunctionalInterface
  interface Ending {
    void finished(int items, boolean success);
  }
}
