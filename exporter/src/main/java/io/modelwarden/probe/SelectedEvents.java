// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.EventSink;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.KernelEvent.FileAccessed;
import io.modelwarden.event.KernelEvent.FileFound;
import io.modelwarden.event.KernelEvent.FileMapped;
import io.modelwarden.event.KernelEvent.MappingSampled;
import io.modelwarden.event.KernelEvent.MappingTouched;
import io.modelwarden.event.KernelEvent.ProcessEnded;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.probe.CgroupJudge.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What is done to files by cgroups without a verdict is held back until there is one, and then told
 * or dropped; of those left out only what they do to the files of others is told.
 */
final class SelectedEvents implements EventSink {

  /** More than that is told rather than held back. */
  private static final int MOST_HELD = 4096;

  private enum Fate {
    TELL,
    HOLD,
    DROP
  }

  /** An event that is held back; {@code file} -1 is the end of the process. */
  private record Held(
      ProcessKey process, long cgroup, int file, KernelEvent event, long untilNanos) {}

  private final CgroupTable cgroups;
  private final FileHolders holders;
  private final Function<ProcessKey, ProcessFacts> facts;
  private final Consumer<ProcessKey> remind;
  private final EventSink sink;
  private final long patienceNanos;
  private final LongSupplier nanoTime;
  private final Deque<Held> held = new ArrayDeque<>();

  /**
   * @param facts of a process that an event names
   * @param remind tells of a process again if the sink has forgotten it while its event was held
   * @param patience how long events of an undecided cgroup are held back; then they are told
   */
  SelectedEvents(
      CgroupTable cgroups,
      FileHolders holders,
      Function<ProcessKey, ProcessFacts> facts,
      Consumer<ProcessKey> remind,
      Duration patience,
      LongSupplier nanoTime,
      EventSink sink) {
    this.cgroups = cgroups;
    this.holders = holders;
    this.facts = facts;
    this.remind = remind;
    this.patienceNanos = patience.toNanos();
    this.nanoTime = nanoTime;
    this.sink = sink;
  }

  @Override
  public void accept(KernelEvent event) {
    if (event instanceof FileAccessed accessed) {
      touched(accessed.process(), accessed.fileId(), event);
    } else if (event instanceof FileMapped mapped) {
      touched(mapped.process(), mapped.fileId(), event);
    } else if (event instanceof MappingSampled sampled) {
      touched(sampled.process(), sampled.fileId(), event);
    } else if (event instanceof MappingTouched touched) {
      touched(touched.process(), touched.fileId(), event);
    } else if (event instanceof FileFound found) {
      touched(found.process(), found.fileId(), event);
    } else if (event instanceof ProcessEnded ended) {
      ended(ended);
    } else {
      sink.accept(event);
    }
  }

  /** Tells or drops what has been decided on, or has waited for long enough. */
  void release() {
    long now = nanoTime.getAsLong();
    Set<ProcessKey> waiting = new HashSet<>();
    List<Held> before = new ArrayList<>(held);
    held.clear();
    for (Held each : before) {
      Fate fate = each.file() < 0 ? endOf(each, waiting) : fate(each.cgroup(), each.file());
      if (fate == Fate.HOLD && each.file() >= 0 && now >= each.untilNanos()) {
        fate = Fate.TELL;
      }
      if (fate == Fate.HOLD) {
        waiting.add(each.process());
        held.add(each);
      } else if (fate == Fate.TELL) {
        remind.accept(each.process());
        sink.accept(each.event());
      }
    }
  }

  private void touched(ProcessKey process, int file, KernelEvent event) {
    ProcessFacts whose = facts.apply(process);
    Verdict verdict = cgroups.verdict(whose.cgroupId(), whose.cgroupPath());
    holders.touched(file, whose.cgroupId(), verdict);
    Fate fate = fate(whose.cgroupId(), file);
    if (fate == Fate.TELL || (fate == Fate.HOLD && held.size() >= MOST_HELD)) {
      sink.accept(event);
    } else if (fate == Fate.HOLD) {
      long until = nanoTime.getAsLong() + patienceNanos;
      held.add(new Held(process, whose.cgroupId(), file, event, until));
    }
  }

  private void ended(ProcessEnded event) {
    ProcessKey process = event.process();
    if (held.stream().anyMatch(each -> each.process().equals(process))) {
      held.add(new Held(process, 0, -1, event, 0));
    } else {
      sink.accept(event);
    }
  }

  private static Fate endOf(Held end, Set<ProcessKey> waiting) {
    return waiting.contains(end.process()) ? Fate.HOLD : Fate.TELL;
  }

  private Fate fate(long cgroup, int file) {
    Verdict verdict = cgroups.verdict(cgroup);
    if (verdict == Verdict.SELECTED) {
      return Fate.TELL;
    }
    return switch (holders.of(file)) {
      case SELECTED -> Fate.TELL;
      case UNDECIDED -> Fate.HOLD;
      case NONE -> verdict == Verdict.LEFT_OUT ? Fate.DROP : Fate.HOLD;
    };
  }
}
