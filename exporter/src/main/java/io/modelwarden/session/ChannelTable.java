// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

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
import java.util.Set;

/** Who writes to each channel and who reads from it. Of too many the one used longest ago goes. */
final class ChannelTable {

  /** Of one channel. */
  static final class Ends {
    final long channel;
    final Map<ProcessKey, ChannelEnd> writers = new LinkedHashMap<>(1);
    final Map<ProcessKey, ChannelEnd> readers = new LinkedHashMap<>(1);

    Ends(long channel) {
      this.channel = channel;
    }
  }

  private final Map<Long, Ends> channels = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ProcessKey, Set<Long>> written = new HashMap<>();
  private final Map<ProcessKey, Set<Long>> read = new HashMap<>();
  private final Context context;
  private final int limit;

  ChannelTable(Context context, int limit) {
    this.context = context;
    this.limit = limit;
  }

  boolean knows(long channel) {
    return channels.containsKey(channel);
  }

  /** The channel, known from now on if it was not. */
  Ends use(long channel) {
    Ends ends = channels.computeIfAbsent(channel, Ends::new);
    if (channels.size() > limit) {
      evict();
    }
    return ends;
  }

  /** The end that the process has there, with these bytes added. */
  ChannelEnd moved(
      Ends ends, Direction direction, TrackedProcess process, Via via, Increment increment) {
    boolean writes = direction == Direction.WRITE;
    ChannelEnd end =
        (writes ? ends.writers : ends.readers)
            .computeIfAbsent(
                process.key(),
                key -> new ChannelEnd(process, via, context.settings().trail().serverWindow()));
    end.process = process; // a mark that ended and began again made another object
    end.moved(increment, context.time().nanos());
    (writes ? written : read)
        .computeIfAbsent(process.key(), key -> new HashSet<>(1))
        .add(ends.channel);
    return end;
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
    side.getOrDefault(process, Set.of()).forEach(channel -> found.add(channels.get(channel)));
    return found;
  }

  private void evict() {
    Iterator<Ends> eldest = channels.values().iterator();
    Ends gone = eldest.next();
    eldest.remove();
    forget(written, gone.channel, gone.writers.keySet());
    forget(read, gone.channel, gone.readers.keySet());
    context.losses().count(SessionLoss.CHANNEL_EVICTED);
  }

  private static void forget(
      Map<ProcessKey, Set<Long>> side, long channel, Collection<ProcessKey> processes) {
    for (ProcessKey process : processes) {
      side.computeIfPresent(
          process, (key, numbers) -> numbers.remove(channel) && numbers.isEmpty() ? null : numbers);
    }
  }
}
