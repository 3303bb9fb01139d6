// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.libbpf.RingBuffer;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/** The ring: it wakes, and says where a file can be looked at. */
final class Doorbells implements AutoCloseable {

  private final RingBuffer ring;
  private final FileInspector inspector;
  private final Layouts.ProcessKeyLayout processKey;
  private final int process;
  private final Field kind;
  private final Field file;
  private final Field descriptor;
  private final Field address;
  private final Set<Integer> touches;
  private final Map<Integer, String> kinds;
  private final AtomicLongArray rung;
  private boolean touched;

  Doorbells(KernelSide kernel, FileInspector inspector) {
    Layouts layouts = kernel.layouts();
    this.ring = new RingBuffer(kernel.map("doorbells"));
    this.inspector = inspector;
    this.processKey = layouts.processKey;
    this.process = layouts.doorbell.field("process").offset();
    this.kind = layouts.doorbell.integer("kind", 4);
    this.file = layouts.doorbell.integer("file_id", 4);
    this.descriptor = layouts.doorbell.integer("descriptor", 4);
    this.address = layouts.doorbell.integer("address", 8);
    this.touches =
        Set.of(
            layouts.constant("DOORBELL_FILE_UNDECIDED"), layouts.constant("DOORBELL_FIRST_TOUCH"));
    this.kinds = layouts.labels("doorbell_kind", "DOORBELL_");
    this.rung = new AtomicLongArray(Collections.max(kinds.keySet()) + 1);
  }

  void await(int timeoutMillis) {
    ring.await(timeoutMillis);
  }

  /** Whether somebody has touched a file since the last time. */
  boolean drain() {
    touched = false;
    ring.drain(this::rung);
    return touched;
  }

  long pendingBytes() {
    return ring.pendingBytes();
  }

  /** How many were taken of each kind so far, from any thread. */
  Map<String, LongSupplier> counts() {
    Map<String, LongSupplier> counts = new TreeMap<>();
    kinds.forEach((number, name) -> counts.put(name, () -> rung.get(number)));
    return counts;
  }

  private void rung(ByteBuffer data, int at, int length) {
    int what = kind.getInt(data, at);
    rung.incrementAndGet(what);
    if (touches.contains(what)) {
      touched = true;
      inspector.remember(
          file.getInt(data, at),
          new Places.Place(
              processKey.read(data, at + process),
              descriptor.getInt(data, at),
              address.get(data, at)));
    }
  }

  @Override
  public void close() {
    ring.close();
  }
}
