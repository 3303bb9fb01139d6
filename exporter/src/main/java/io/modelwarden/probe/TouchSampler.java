// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.event.EventSink;
import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent;
import io.modelwarden.event.ProcessFacts;
import io.modelwarden.event.ProcessKey;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.Clocks;
import io.modelwarden.probe.MappedAreas.Area;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How much of its mapped models a process has touched: what its page tables have held of them,
 * which no call and no event tells. Looking costs the kernel some milliseconds for each gigabyte
 * that is resident, so that it looks only where the resident file pages have changed, within a
 * budget.
 */
final class TouchSampler {

  /** At most a quarter of a percent of one processor. */
  private static final long SHARE = 400;

  private static final long SAVED_NANOS = 50_000_000L;

  /**
   * Then it looks again: a page may have come for another, and pages that are written count apart.
   */
  private static final long UNCHANGED_NANOS = 30_000_000_000L;

  /** Walking a larger address space would hold up this thread for seconds. */
  private static final long MOST_RESIDENT_BYTES = 256L << 30;

  private static final class Watched {
    final Map<Integer, TouchedRanges> files = new HashMap<>(2);
    @Nullable ResidentPages pages; // null: not looked at yet
    long lookedNanos;
    boolean full;
    boolean unreadable;
  }

  private final MappedAreas areas;
  private final AddressSpaces spaces;
  private final Clock clock;
  private final Names names;
  private final EventSink sink;
  private final LongSupplier nanoTime;
  private final WorkBudget budget;
  private final Map<ProcessKey, Watched> processes = new LinkedHashMap<>();
  private final AtomicLong unread = new AtomicLong();

  TouchSampler(
      MappedAreas areas,
      AddressSpaces spaces,
      Clock clock,
      Names names,
      EventSink sink,
      LongSupplier nanoTime) {
    this.areas = areas;
    this.spaces = spaces;
    this.clock = clock;
    this.names = names;
    this.sink = sink;
    this.nanoTime = nanoTime;
    this.budget = new WorkBudget(SHARE, SAVED_NANOS, nanoTime.getAsLong());
  }

  /**
   * Looks at those whose turn it is.
   *
   * @param mapping living processes that have mapped models
   */
  void sample(Set<ProcessKey> mapping) {
    mapping.forEach(process -> processes.computeIfAbsent(process, any -> new Watched()));
    for (ProcessKey process : List.copyOf(processes.keySet())) {
      long begin = nanoTime.getAsLong();
      if (!budget.allows(begin)) {
        return;
      }
      if (mapping.contains(process)) {
        Watched watched = processes.remove(process);
        processes.put(process, watched); // the next time the others are first
        lookIfChanged(process, watched, begin);
      }
      budget.spend(nanoTime.getAsLong() - begin);
    }
  }

  /** Looks at all of them, whatever it costs. */
  void sampleAll(Set<ProcessKey> mapping) {
    for (ProcessKey process : mapping) {
      Watched watched = processes.computeIfAbsent(process, any -> new Watched());
      ResidentPages pages = ResidentPages.of(process.pid());
      if (pages != null) {
        look(process, watched, pages, nanoTime.getAsLong());
      }
    }
  }

  void forget(Set<ProcessKey> ended) {
    processes.keySet().removeAll(ended);
  }

  /** Processes whose pages could not be looked at. Readable from any thread. */
  long unread() {
    return unread.get();
  }

  private void lookIfChanged(ProcessKey process, Watched watched, long nowNanos) {
    ResidentPages pages = spaces.of(process.pid());
    if (pages == null || pages.allBytes() > MOST_RESIDENT_BYTES) {
      return;
    }
    boolean old = nowNanos - watched.lookedNanos >= UNCHANGED_NANOS && !watched.full;
    boolean same = watched.pages != null && watched.pages.file() == pages.file();
    if (!same || old) {
      look(process, watched, pages, nowNanos);
    }
  }

  private void look(ProcessKey process, Watched watched, ResidentPages pages, long nowNanos) {
    boolean first = watched.pages == null;
    watched.pages = pages;
    watched.lookedNanos = nowNanos;
    walk(process, watched)
        .forEach(
            (file, more) -> {
              // What is older than the agent was not mapped in its sight either.
              if (more > 0 && !(first && isRecovered(process))) {
                tell(process, file, more);
              }
            });
  }

  private boolean isRecovered(ProcessKey process) {
    return names.requireProcess(process).origin() == ProcessFacts.Origin.RECOVERED;
  }

  /**
   * The pages are those of the image that is known: they are opened before it is asked who it is.
   *
   * @return what is certain beyond what was before, by file
   */
  private Map<Integer, Long> walk(ProcessKey process, Watched watched) {
    try (InputStream smaps = new FileInputStream("/proc/" + process.pid() + "/smaps")) {
      List<Area> mapped = areas.of(process);
      if (!mapped.isEmpty()) {
        Set<Long> addresses = mapped.stream().map(Area::address).collect(Collectors.toSet());
        return add(watched, mapped, ResidentAreas.read(smaps, addresses));
      }
    } catch (FileNotFoundException refused) {
      if (!watched.unreadable && ProcFiles.isAlive(process)) {
        watched.unreadable = true;
        unread.incrementAndGet();
      }
    } catch (IOException | BpfException gone) {
      // it has ended meanwhile
    }
    return Map.of();
  }

  /** By how many bytes it raises what is certain of each file. */
  private static Map<Integer, Long> add(
      Watched watched, List<Area> mapped, Map<Long, Long> resident) {
    Map<Integer, List<TouchedRanges.Range>> seen = new HashMap<>();
    watched.full = true;
    for (Area area : mapped) {
      long bytes = Math.min(resident.getOrDefault(area.address(), 0L), area.end() - area.start());
      TouchedRanges.Range range = new TouchedRanges.Range(area.start(), area.end(), bytes);
      watched.full &= range.isFull();
      seen.computeIfAbsent(area.fileId(), any -> new ArrayList<>()).add(range);
    }
    Map<Integer, Long> more = new HashMap<>();
    seen.forEach(
        (file, ranges) ->
            more.put(
                file, watched.files.computeIfAbsent(file, any -> new TouchedRanges()).add(ranges)));
    return more;
  }

  private void tell(ProcessKey process, int fileId, long bytes) {
    long now = clock.toEpochNanos(Clocks.bootNanos());
    names.requireProcess(process);
    names.requireFile(fileId);
    sink.accept(
        new KernelEvent.MappingTouched(
            process, fileId, names.path(process, fileId), new Increment(bytes, 0, now, now)));
  }
}
