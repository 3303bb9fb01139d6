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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Memory that an armed process shares with others, by looking at who has it mapped now. What is
 * written there nobody sees, so that the whole of it may be model data.
 */
final class SharedMemory {

  /** Of more processes all of the machine are looked at, which costs no more. */
  private static final int LOOKED_AT_ALONE = 64;

  private record Area(
      ProcessKey process, long channel, long bytes, boolean armed, boolean writes) {}

  private record End(ProcessKey process, long channel, Direction direction) {}

  private final BpfProgram iterator;
  private final Layouts.ProcessKeyLayout processKey;
  private final int recordBytes;
  private final int process;
  private final Field channel;
  private final Field bytes;
  private final Field armed;
  private final Field writes;
  private final Declarations declarations;
  private final Clock clock;
  private final Names names;
  private final EventSink sink;

  /** The most that each had mapped. */
  private final Map<End, Long> told = new HashMap<>();

  SharedMemory(
      KernelSide kernel, Declarations declarations, Clock clock, Names names, EventSink sink) {
    Layouts layouts = kernel.layouts();
    this.iterator = kernel.program("shared_areas");
    this.processKey = layouts.processKey;
    this.recordBytes = layouts.sharedArea.sizeBytes();
    this.process = layouts.sharedArea.field("process").offset();
    this.channel = layouts.sharedArea.integer("channel", 8);
    this.bytes = layouts.sharedArea.integer("bytes", 8);
    this.armed = layouts.sharedArea.integer("armed", 4);
    this.writes = layouts.sharedArea.integer("writes", 4);
    this.declarations = declarations;
    this.clock = clock;
    this.names = names;
    this.sink = sink;
  }

  /**
   * Looks at all processes of the machine, if one of these can write to memory that it shares.
   *
   * @param suspects armed ones that are no servers
   */
  void sample(Set<ProcessKey> suspects) {
    if (suspects.isEmpty() || (suspects.size() <= LOOKED_AT_ALONE && !anyWrites(suspects))) {
      return;
    }
    Map<Long, List<Area>> shared = new HashMap<>();
    for (Area area : areas(0)) {
      shared.computeIfAbsent(area.channel(), number -> new ArrayList<>()).add(area);
    }
    long now = clock.toEpochNanos(Clocks.bootNanos());
    shared.values().forEach(areas -> tell(areas, now));
  }

  void forget(Set<ProcessKey> ended) {
    told.keySet().removeIf(end -> ended.contains(end.process()));
  }

  private boolean anyWrites(Set<ProcessKey> suspects) {
    for (ProcessKey suspect : suspects) {
      try {
        if (areas(suspect.pid()).stream().anyMatch(Area::writes)) {
          return true;
        }
      } catch (BpfException gone) {
        continue;
      }
    }
    return false;
  }

  /** Who has one file mapped. A reader that is not armed is, and told of at the next look. */
  private void tell(List<Area> areas, long now) {
    for (Area writer : areas) {
      for (Area reader : areas) {
        if (!writer.writes() || reader.process().sameProcess(writer.process())) {
          continue;
        }
        tell(writer, Direction.WRITE, now);
        if (reader.armed()) {
          tell(reader, Direction.READ, now);
        } else {
          declarations.passed(reader.process());
        }
      }
    }
  }

  private void tell(Area area, Direction direction, long now) {
    End end = new End(area.process(), area.channel(), direction);
    long more = area.bytes() - told.getOrDefault(end, 0L);
    if (more <= 0) {
      return;
    }
    told.put(end, area.bytes());
    names.requireProcess(area.process());
    sink.accept(
        new DataMoved(
            area.process(),
            area.channel(),
            Channel.MEMORY,
            direction,
            false,
            new Increment(more, 1, now, now)));
  }

  private List<Area> areas(int pid) {
    ByteBuffer printed = Layouts.view(iterator.iterate(pid));
    List<Area> areas = new ArrayList<>();
    for (int at = 0; at + recordBytes <= printed.limit(); at += recordBytes) {
      areas.add(
          new Area(
              processKey.read(printed, at + process),
              channel.get(printed, at),
              bytes.get(printed, at),
              armed.getInt(printed, at) != 0,
              writes.getInt(printed, at) != 0));
    }
    return areas;
  }
}
