// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.Field;
import io.modelwarden.btf.StructLayout;
import io.modelwarden.event.DisplayText;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessFacts.Origin;
import io.modelwarden.event.ProcessKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an entry of the process map says; each method reads the entry at {@code at}. */
final class ProcessDecoder {

  private final Layouts.ProcessKeyLayout key;
  private final TextTable texts;
  private final SharedTexts shared = new SharedTexts();
  private final Clock clock;
  private final int parent;
  private final Field name;
  private final Field cgroup;
  private final Field armed;
  private final Field touches;
  private final Field containerStart;
  private final Field end;
  private final Field uncountedRead;
  private final Field uncountedSent;
  private final Field parentTgid;
  private final Field user;
  private final Field mountNamespace;
  private final Field pidNamespace;
  private final Field flags;
  private final Field entrance;
  private final Field execSession;
  private final Map<Integer, Entrance> entrances = new HashMap<>();
  private final int replaced;
  private final int recovered;
  private final int executed;
  private final int inherited;
  private final int session;
  private final int passed;

  ProcessDecoder(Layouts layouts, TextTable texts, Clock clock) {
    StructLayout struct = layouts.processFacts;
    this.key = layouts.processKey;
    this.texts = texts;
    this.clock = clock;
    this.parent = struct.field("parent").offset();
    this.name = struct.bytes("name");
    this.cgroup = struct.integer("cgroup_id", 8);
    this.armed = struct.integer("armed_ns", 8);
    this.touches = struct.integer("touches", 8);
    this.containerStart = struct.integer("container_start_ns", 8);
    this.end = struct.integer("end_ns", 8);
    this.uncountedRead = struct.integer("uncounted_read_bytes", 8);
    this.uncountedSent = struct.integer("uncounted_sent_bytes", 8);
    this.parentTgid = struct.integer("parent_tgid", 4);
    this.user = struct.integer("user_id", 4);
    this.mountNamespace = struct.integer("mount_namespace", 4);
    this.pidNamespace = struct.integer("pid_namespace", 4);
    this.flags = struct.integer("flags", 4);
    this.entrance = struct.integer("entrance", 4);
    this.execSession = struct.integer("session", 4);
    layouts
        .labels("process_entrance", "ENTRANCE_")
        .forEach((number, label) -> entrances.put(number, entrance(label)));
    this.replaced = layouts.constant("PROCESS_REPLACED");
    this.recovered = layouts.constant("PROCESS_RECOVERED");
    this.executed = layouts.constant("PROCESS_EXECUTED");
    this.inherited = layouts.constant("PROCESS_INHERITED");
    this.session = layouts.constant("PROCESS_SESSION");
    this.passed = layouts.constant("PROCESS_PASSED");
  }

  /** When it was armed first, CLOCK_BOOTTIME; 0 while the kernel is still filling the entry. */
  long armedNanos(ByteBuffer values, int at) {
    return armed.get(values, at);
  }

  /** How often it took a model or an undecided file; 0 if it is not armed. */
  long touches(ByteBuffer values, int at) {
    return touches.get(values, at);
  }

  /** When it ended, CLOCK_BOOTTIME; 0 while it lives. */
  long endNanos(ByteBuffer values, int at) {
    return end.get(values, at);
  }

  /** Whether an exec has put another image in its place. */
  boolean isReplaced(ByteBuffer values, int at) {
    return has(values, at, replaced);
  }

  long uncountedReadBytes(ByteBuffer values, int at) {
    return uncountedRead.get(values, at);
  }

  long uncountedSentBytes(ByteBuffer values, int at) {
    return uncountedSent.get(values, at);
  }

  long mountNamespace(ByteBuffer values, int at) {
    return mountNamespace.get(values, at);
  }

  /** Another number if it has another name. */
  long nameNumber(ByteBuffer values, int at) {
    int begin = at + name.offset();
    return values.getLong(begin) * 31 + values.getLong(begin + Long.BYTES);
  }

  ProcessFacts facts(ProcessKey process, ByteBuffer values, int at) {
    long cgroupId = cgroup.get(values, at);
    return new ProcessFacts(
        process,
        parent(values, at),
        parentTgid.getInt(values, at),
        user.getInt(values, at),
        shared.share(name(values, at)),
        shared.share(texts.executable(process).map(DisplayText::escape).orElse("")),
        cgroupId,
        shared.share(texts.cgroup(cgroupId).map(DisplayText::escape).orElse("")),
        mountNamespace.get(values, at),
        pidNamespace.get(values, at),
        origin(values, at),
        entrances.getOrDefault(entrance.getInt(values, at), Entrance.UNKNOWN),
        execSession.getInt(values, at),
        clock.toEpochNanos(process.startTimeNanos()),
        clock.toEpochNanos(containerStart.get(values, at)));
  }

  /** A process that found no room in the kernel's map: its bytes are known, it is not. */
  ProcessFacts unknown(ProcessKey process) {
    return new ProcessFacts(
        process,
        null,
        0,
        -1,
        "",
        "",
        0,
        "",
        0,
        0,
        Origin.SELF,
        Entrance.UNKNOWN,
        0,
        clock.toEpochNanos(process.startTimeNanos()),
        clock.toEpochNanos(process.startTimeNanos()));
  }

  private @Nullable ProcessKey parent(ByteBuffer values, int at) {
    ProcessKey armedParent = key.read(values, at + parent);
    return armedParent.pid() == 0 ? null : armedParent;
  }

  private Origin origin(ByteBuffer values, int at) {
    if (has(values, at, recovered)) {
      return Origin.RECOVERED;
    }
    if (has(values, at, executed)) {
      return Origin.EXECUTED;
    }
    if (has(values, at, session)) {
      return Origin.SESSION;
    }
    if (has(values, at, passed)) {
      return Origin.PASSED;
    }
    return has(values, at, inherited) ? Origin.PARENT : Origin.SELF;
  }

  private static Entrance entrance(String label) {
    return Entrance.valueOf(label.toUpperCase(Locale.ROOT));
  }

  private boolean has(ByteBuffer values, int at, int flag) {
    return (flags.getInt(values, at) & flag) != 0;
  }

  private String name(ByteBuffer values, int at) {
    byte[] bytes = new byte[name.count()];
    values.get(at + name.offset(), bytes);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return DisplayText.escape(new String(bytes, 0, length, StandardCharsets.UTF_8));
  }
}
