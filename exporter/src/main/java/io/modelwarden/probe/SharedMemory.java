// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.event.EventSink;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.libbpf.Clocks;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Memory that an armed process shares with others, by looking at who has it mapped now. What is
 * written there nobody sees, so that the whole of it may be model data.
 */
final class SharedMemory {

  private static final long INTERVAL_NANOS = 2_000_000_000L;

  /** One part of so many of the time; and what is saved for a machine with very many areas. */
  private static final long SHARE = 200;

  private static final long SAVED_NANOS = 50_000_000L;

  /** Of more processes all of the machine are looked at, which costs no more. */
  private static final int LOOKED_AT_ALONE = 64;

  /** One whose address space has its size of before is looked at every 16 s. */
  private static final int MOST_SKIPPED = 7;

  /** What one process has mapped of one file. */
  private record Part(ProcessKey process, long channel, long bytes, boolean armed, boolean writes) {

    Part plus(Part other) {
      return new Part(
          process, channel, bytes + other.bytes, armed || other.armed, writes || other.writes);
    }
  }

  private record End(ProcessKey process, long channel, Direction direction) {}

  private final BpfProgram iterator;
  private final ByteBuffer printedAreas;
  private final Layouts.ProcessKeyLayout processKey;
  private final int recordBytes;
  private final int process;
  private final Field channel;
  private final Field bytes;
  private final Field armed;
  private final Field writes;
  private final Declarations declarations;
  private final ChangedSpaces changed;
  private final Clock clock;
  private final Names names;
  private final EventSink sink;
  private final WorkBudget budget = new WorkBudget(SHARE, SAVED_NANOS, System.nanoTime());
  private long lookedNanos;

  /** The most that each had mapped. */
  private final Map<End, Long> told = new HashMap<>();

  SharedMemory(
      KernelSide kernel,
      Declarations declarations,
      AddressSpaces spaces,
      Clock clock,
      Names names,
      EventSink sink) {
    Layouts layouts = kernel.layouts();
    this.iterator = kernel.program("shared_areas");
    this.printedAreas = kernel.variable("shared_areas_printed");
    this.processKey = layouts.processKey;
    this.recordBytes = layouts.sharedArea.sizeBytes();
    this.process = layouts.sharedArea.field("process").offset();
    this.channel = layouts.sharedArea.integer("channel", 8);
    this.bytes = layouts.sharedArea.integer("bytes", 8);
    this.armed = layouts.sharedArea.integer("armed", 4);
    this.writes = layouts.sharedArea.integer("writes", 4);
    this.declarations = declarations;
    this.changed = new ChangedSpaces(spaces, MOST_SKIPPED);
    this.clock = clock;
    this.names = names;
    this.sink = sink;
  }

  /**
   * Looks every two seconds, later where that costs too much.
   *
   * @param suspects armed processes that are no servers
   * @param nowBootNanos now, CLOCK_BOOTTIME
   */
  void poll(Supplier<Set<ProcessKey>> suspects, long nowBootNanos) {
    if (nowBootNanos - lookedNanos < INTERVAL_NANOS) {
      return;
    }
    lookedNanos = nowBootNanos;
    long begin = System.nanoTime();
    if (budget.allows(begin)) {
      look(suspects.get());
      budget.spend(System.nanoTime() - begin);
    }
  }

  /** Looks at all processes of the machine, if one of these can write to memory that it shares. */
  void look(Set<ProcessKey> suspects) {
    printedAreas.putInt(0, 0);
    if (suspects.isEmpty() || (suspects.size() <= LOOKED_AT_ALONE && !anyWrites(suspects))) {
      return;
    }
    printedAreas.putInt(0, 0);
    Map<Long, Map<ProcessKey, Part>> shared = new HashMap<>();
    for (Part part : parts(0)) {
      shared.computeIfAbsent(part.channel(), number -> new HashMap<>(2)).put(part.process(), part);
    }
    long now = clock.toEpochNanos(Clocks.bootNanos());
    shared.values().forEach(file -> tell(file.values(), now));
  }

  void forget(Set<ProcessKey> ended) {
    told.keySet().removeIf(end -> ended.contains(end.process()));
  }

  /** One that writes is looked at each time: others may come to it. */
  private boolean anyWrites(Set<ProcessKey> suspects) {
    changed.retain(suspects);
    for (ProcessKey suspect : suspects) {
      if (changed.take(suspect) && writes(suspect)) {
        changed.forget(suspect);
        return true;
      }
    }
    return false;
  }

  private boolean writes(ProcessKey suspect) {
    try {
      return parts(suspect.pid()).stream().anyMatch(Part::writes);
    } catch (BpfException gone) {
      return false;
    }
  }

  /** Who has one file mapped. A reader that is not armed is, and told of at the next look. */
  private void tell(Collection<Part> parts, long now) {
    long writers = parts.stream().filter(Part::writes).count();
    if (writers == 0 || parts.size() < 2) {
      return;
    }
    for (Part part : parts) {
      if (part.writes()) {
        tell(part, Direction.WRITE, now);
      }
      if (!part.armed()) {
        declarations.passed(part.process());
      } else if (writers > 1 || !part.writes()) {
        tell(part, Direction.READ, now);
      }
    }
  }

  private void tell(Part part, Direction direction, long now) {
    End end = new End(part.process(), part.channel(), direction);
    long more = part.bytes() - told.getOrDefault(end, 0L);
    if (more <= 0) {
      return;
    }
    told.put(end, part.bytes());
    names.requireProcess(part.process());
    sink.accept(
        new DataMoved(
            part.process(),
            part.channel(),
            Channel.MEMORY,
            direction,
            false,
            new Increment(more, 1, now, now)));
  }

  private Collection<Part> parts(int pid) {
    ByteBuffer printed = Layouts.view(iterator.iterate(pid));
    Map<End, Part> parts = new HashMap<>();
    for (int at = 0; at + recordBytes <= printed.limit(); at += recordBytes) {
      Part part =
          new Part(
              processKey.read(printed, at + process),
              channel.get(printed, at),
              bytes.get(printed, at),
              armed.getInt(printed, at) != 0,
              writes.getInt(printed, at) != 0);
      parts.merge(new End(part.process(), part.channel(), Direction.READ), part, Part::plus);
    }
    return parts.values();
  }
}
