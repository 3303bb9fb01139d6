// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.EventSink;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfMap;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Ways past the counters that somebody has prepared. Each process is told of once for each way, and
 * again after a while if it went on.
 */
final class BlindSpots {

  private static final long LOOK_NANOS = 1_000_000_000L;
  private static final long TELL_NANOS = 600_000_000_000L;
  private static final int MINOR_BITS = 20;

  /** What was told, and when. */
  private record Told(ProcessFacts process, long bytes, long operations, long bootNanos) {}

  private final BpfMap map;
  private final Layouts layouts;
  private final ProcessDecoder decoder;
  private final Clock clock;
  private final EventSink sink;
  private final ByteBuffer noted;
  private final Field kind;
  private final Field device;
  private final int process;
  private final Map<Integer, String> kinds;
  private Map<MapKey, Told> told = Map.of();
  private long lookedNanos;

  BlindSpots(KernelSide kernel, TextTable texts, Clock clock, EventSink sink) {
    this.map = kernel.map("blind_spots");
    this.layouts = kernel.layouts();
    this.decoder = new ProcessDecoder(layouts, texts, clock);
    this.clock = clock;
    this.sink = sink;
    this.noted = kernel.variable("blind_spots_noted");
    this.kind = layouts.blindSpotKey.integer("kind", 4);
    this.device = layouts.blindSpotKey.integer("device", 4);
    this.process = layouts.blindSpot.field("process").offset();
    this.kinds = layouts.labels("blind_spot_kind", "BLIND_SPOT_");
  }

  /** Costs nothing while nobody prepares anything. */
  void poll(long nowBootNanos) {
    if (noted.getInt(0) == 0 || nowBootNanos - lookedNanos < LOOK_NANOS) {
      return;
    }
    lookedNanos = nowBootNanos;
    noted.putInt(0, 0);
    Map<MapKey, Told> now = new HashMap<>();
    map.forEach(
        (keys, keyAt, values, at) -> {
          MapKey key = MapKey.copy(keys, keyAt, map.keyBytes());
          if (decoder.armedNanos(values, at + process) == 0) {
            noted.putInt(0, 1); // the kernel is still filling it
          } else {
            now.put(key, tell(key, values, at, nowBootNanos));
          }
        });
    told = now;
  }

  private Told tell(MapKey key, ByteBuffer values, int at, long nowBootNanos) {
    Counts counts = layouts.counts.read(values, at);
    Told before = told.get(key);
    if (before != null
        && before.bytes == counts.bytes()
        && before.operations == counts.operations()) {
      return before;
    }
    if (before != null && nowBootNanos - before.bootNanos < TELL_NANOS) {
      noted.putInt(0, 1); // to be told later
      return before;
    }
    ProcessKey owner = layouts.processKey.read(key.view(), 0);
    ProcessFacts facts =
        before == null ? decoder.facts(owner, values, at + process) : before.process;
    sink.accept(
        new KernelEvent.BlindSpotPrepared(
            facts,
            kinds.getOrDefault(kind.getInt(key.view(), 0), "unknown"),
            name(device.getInt(key.view(), 0)),
            increment(before, counts)));
    return new Told(facts, counts.bytes(), counts.operations(), nowBootNanos);
  }

  private Increment increment(Told before, Counts counts) {
    return new Increment(
        counts.bytes() - (before == null ? 0 : before.bytes),
        counts.operations() - (before == null ? 0 : before.operations),
        clock.toEpochNanos(counts.firstNanos()),
        clock.toEpochNanos(Math.max(counts.firstNanos(), counts.lastNanos())));
  }

  private static String name(int device) {
    return device == 0 ? "" : (device >>> MINOR_BITS) + ":" + (device & ((1 << MINOR_BITS) - 1));
  }
}
