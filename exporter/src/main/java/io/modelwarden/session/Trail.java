// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.event.ProcessKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows model data over pipes and sockets of the machine. Who reads what a holder wrote holds the
 * model too, at once; but a server talks all day to its log and to its neighbours, so of a server a
 * share of the model's size must go over in a short time, and its answers are no loss of a model.
 */
final class Trail {

  /** No pipe holds more: who has read so much has read from somebody who still writes. */
  private static final long UNRETURNED_BYTES = 1 << 20;

  private static final String SYSTEMD_UNIT = "systemd_unit";

  private static final class Ends {
    final Map<ProcessKey, ChannelEnd> writers = new LinkedHashMap<>(1);
    final Map<ProcessKey, ChannelEnd> readers = new LinkedHashMap<>(1);
  }

  private final Map<Long, Ends> channels = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<ProcessKey, Set<Long>> written = new HashMap<>();
  private final Context context;
  private final Holdings holdings;
  private final TrailSettings settings;

  Trail(Context context, Holdings holdings) {
    this.context = context;
    this.holdings = holdings;
    this.settings = context.settings().trail();
  }

  void moved(TrackedProcess process, DataMoved moved) {
    boolean writes = moved.direction() == Direction.WRITE;
    if (writes && moved.accepted() && !settings.acceptedPasses() && isServer(process)) {
      return;
    }
    Ends ends = channels.computeIfAbsent(moved.channel(), number -> new Ends());
    evict();
    ChannelEnd end = end(writes ? ends.writers : ends.readers, process, moved);
    if (writes) {
      written.computeIfAbsent(process.key(), key -> new HashSet<>(1)).add(moved.channel());
      ends.readers.values().forEach(reader -> pass(moved.channel(), end, reader));
    } else {
      ends.writers.values().forEach(writer -> pass(moved.channel(), writer, end));
    }
  }

  /** It holds something from now on: who has read from it may hold that too. */
  void held(TrackedProcess process) {
    for (long number : List.copyOf(written.getOrDefault(process.key(), Set.of()))) {
      Ends ends = channels.get(number);
      ChannelEnd writer = ends == null ? null : ends.writers.get(process.key());
      if (writer != null) {
        ends.readers.values().forEach(reader -> pass(number, writer, reader));
      }
    }
  }

  private ChannelEnd end(
      Map<ProcessKey, ChannelEnd> side, TrackedProcess process, DataMoved moved) {
    Via via = moved.kind() == Channel.PIPE ? Via.PIPE : Via.SOCKET;
    ChannelEnd end =
        side.computeIfAbsent(
            process.key(), key -> new ChannelEnd(process, via, settings.serverWindow()));
    end.process = process; // a mark that ended and began again made another object
    end.moved(moved.increment(), context.time().nanos());
    return end;
  }

  private void pass(long channel, ChannelEnd from, ChannelEnd to) {
    TrackedProcess writer = from.process;
    TrackedProcess reader = to.process;
    if (!writer.holds()
        || writer.lineage == reader.lineage
        || writer.key().sameProcess(reader.key())
        || isOver(channel, from)) {
      return;
    }
    if (isServer(writer) ? !crossesShare(from, to) : !cameOver(from, to)) {
      return;
    }
    credit(from, to);
    for (Map.Entry<String, TrackedProcess.Held> held : List.copyOf(writer.holdings().entrySet())) {
      if (!reader.holdings().containsKey(held.getKey())) {
        long since = Math.max(to.firstEpochNanos, held.getValue().sinceEpochNanos());
        holdings.hold(reader, held.getKey(), to.via, since);
      }
    }
  }

  /** Ports are used again by others, and soon. */
  private boolean isOver(long channel, ChannelEnd from) {
    long limit = (channel < 0 ? settings.serverWindow() : settings.lifetime()).toNanos();
    return context.time().nanos() - from.lastNanos > limit;
  }

  /**
   * What is started with its container or by systemd. It is told by how it came, not by what it
   * does: whoever may decide that, a thief would.
   */
  private static boolean isServer(TrackedProcess process) {
    return process.origin == ProcessOrigin.ENTRYPOINT
        || (process.facts.entrance() == Entrance.UNKNOWN
            && process.workload.kind().equals(SYSTEMD_UNIT));
  }

  /** One that has written nothing yet may be in the middle of a large write, or silent. */
  private static boolean cameOver(ChannelEnd from, ChannelEnd to) {
    return from.bytes > 0 ? to.bytes > 0 : to.bytes >= UNRETURNED_BYTES;
  }

  private boolean crossesShare(ChannelEnd from, ChannelEnd to) {
    long size = context.catalog().set(from.process.largestModel()).sizeBytes();
    long now = context.time().nanos();
    long crossed = Math.min(from.recentBytes(now), to.recentBytes(now));
    return size > 0 && crossed >= size * settings.serverShare();
  }

  /** What came over is model data that the reader has, unless it has them from elsewhere. */
  private void credit(ChannelEnd from, ChannelEnd to) {
    TrackedProcess reader = to.process;
    String model = from.process.largestModel();
    long bytes = to.takeUncredited(isServer(from.process), context.time().nanos());
    TrackedProcess.Held held = reader.holdings().get(model);
    if (bytes == 0 || (held != null && held.via() != Via.PIPE && held.via() != Via.SOCKET)) {
      return;
    }
    ModelUse use = context.use(reader.lineage, model);
    use.add(bytes, context.time());
    ModelUse source = from.process.lineage.use(model);
    if (source != null && source.lastReadSpan != null) {
      use.addReadSpan(source.lastReadSpan);
    }
    context.took(reader.lineage, model, to.increment());
    int limit = context.settings().limits().filesPerLineage();
    reader.lineage.addFilesOf(from.process.lineage, limit, context.losses());
  }

  private void evict() {
    if (channels.size() <= settings.channels()) {
      return;
    }
    Iterator<Map.Entry<Long, Ends>> eldest = channels.entrySet().iterator();
    Map.Entry<Long, Ends> gone = eldest.next();
    forget(gone.getKey(), gone.getValue().writers.keySet());
    eldest.remove();
    context.losses().count(SessionLoss.CHANNEL_EVICTED);
  }

  private void forget(long channel, Collection<ProcessKey> writers) {
    for (ProcessKey writer : writers) {
      written.computeIfPresent(
          writer, (key, numbers) -> numbers.remove(channel) && numbers.isEmpty() ? null : numbers);
    }
  }
}
