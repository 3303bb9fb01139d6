// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static java.util.Objects.requireNonNull;

import io.modelwarden.event.Increment;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who writes to each channel and who reads from it. Of too many the one used longest ago goes.
 * Those from which nothing more can come are kept apart, and few of them: a machine makes pipes and
 * connections without end.
 */
final class ChannelTable {

  private static final int SPENT = 256;

  /** On one side. Beyond it those that have ended go: all of a flood may write to one log. */
  private static final int ENDS = 64;

  /** Of one channel. */
  static final class Ends {
    final long channel;
    final Map<ProcessKey, ChannelEnd> writers = new LinkedHashMap<>(1);
    final Map<ProcessKey, ChannelEnd> readers = new LinkedHashMap<>(1);

    Ends(long channel) {
      this.channel = channel;
    }

    /** All that was written was read, and nobody is left to write more. */
    private boolean isSpent() {
      return !writers.isEmpty()
          && writers.values().stream().allMatch(end -> end.ended && end.isStream())
          && bytes(readers) >= bytes(writers);
    }

    private static long bytes(Map<ProcessKey, ChannelEnd> side) {
      return side.values().stream().mapToLong(end -> end.bytes).sum();
    }
  }

  private final Map<Long, Ends> channels = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Long, Ends> spent = new LinkedHashMap<>();
  private final Map<ProcessKey, Set<Long>> written = new HashMap<>();
  private final Map<ProcessKey, Set<Long>> read = new HashMap<>();
  private final Context context;
  private final int limit;

  ChannelTable(Context context, int limit) {
    this.context = context;
    this.limit = limit;
  }

  boolean knows(long channel) {
    return get(channel) != null;
  }

  /** The channel, known from now on if it was not. */
  Ends use(long channel) {
    Ends again = spent.remove(channel);
    Ends ends =
        channels.computeIfAbsent(channel, number -> again == null ? new Ends(number) : again);
    if (channels.size() > limit) {
      forgetEldest(channels);
      context.losses().count(SessionLoss.CHANNEL_EVICTED);
    }
    return ends;
  }

  /** The end that the process has there, with these bytes added. */
  ChannelEnd moved(
      Ends ends, Direction direction, TrackedProcess process, Via via, Increment increment) {
    boolean writes = direction == Direction.WRITE;
    Map<ProcessKey, ChannelEnd> side = writes ? ends.writers : ends.readers;
    Map<ProcessKey, Set<Long>> index = writes ? written : read;
    ChannelEnd end = side.get(process.key());
    if (end == null) {
      makeRoom(ends, side, index);
      end = new ChannelEnd(process, via, context.settings().trail().serverWindow());
      side.put(process.key(), end);
      index.computeIfAbsent(process.key(), key -> new HashSet<>(1)).add(ends.channel);
    }
    end.process = process; // a mark that ended and began again made another object
    end.ended = false;
    end.moved(increment, context.time().nanos());
    if (!writes) {
      putAside(ends);
    }
    return end;
  }

  /** It writes and reads no more. */
  void ended(ProcessKey process) {
    readBy(process).forEach(ends -> ends.readers.get(process).ended = true);
    for (Ends ends : writtenBy(process)) {
      ends.writers.get(process).ended = true;
      putAside(ends);
    }
  }

  private void putAside(Ends ends) {
    if (ends.isSpent() && channels.remove(ends.channel) != null) {
      spent.put(ends.channel, ends);
      if (spent.size() > SPENT) {
        forgetEldest(spent);
      }
    }
  }

  private void makeRoom(
      Ends ends, Map<ProcessKey, ChannelEnd> side, Map<ProcessKey, Set<Long>> index) {
    if (side.size() < ENDS) {
      return;
    }
    Optional<ProcessKey> gone =
        side.entrySet().stream()
            .filter(end -> end.getValue().ended)
            .map(Map.Entry::getKey)
            .findFirst();
    if (gone.isPresent()) {
      side.remove(gone.get());
      forget(index, ends.channel, Set.of(gone.get()));
      context.losses().count(SessionLoss.CHANNEL_EVICTED);
    }
  }

  private @Nullable Ends get(long channel) {
    Ends ends = channels.get(channel);
    return ends == null ? spent.get(channel) : ends;
  }

  /** Channels to which the process has written. */
  List<Ends> writtenBy(ProcessKey process) {
    return of(written, process);
  }

  /** Channels from which the process has read. */
  List<Ends> readBy(ProcessKey process) {
    return of(read, process);
  }

  private List<Ends> of(Map<ProcessKey, Set<Long>> side, ProcessKey process) {
    List<Ends> found = new ArrayList<>();
    for (long channel : side.getOrDefault(process, Set.of())) {
      found.add(requireNonNull(get(channel)));
    }
    return found;
  }

  private void forgetEldest(Map<Long, Ends> from) {
    Iterator<Ends> eldest = from.values().iterator();
    Ends gone = eldest.next();
    eldest.remove();
    forget(written, gone.channel, gone.writers.keySet());
    forget(read, gone.channel, gone.readers.keySet());
  }

  private static void forget(
      Map<ProcessKey, Set<Long>> side, long channel, Collection<ProcessKey> processes) {
    for (ProcessKey process : processes) {
      side.computeIfPresent(
          process, (key, numbers) -> numbers.remove(channel) && numbers.isEmpty() ? null : numbers);
    }
  }
}
