// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.KernelEvent.Channel;
import io.modelwarden.event.KernelEvent.DataMoved;
import io.modelwarden.event.KernelEvent.Direction;
import io.modelwarden.event.ProcessFacts.Entrance;
import io.modelwarden.session.ChannelTable.Ends;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Follows model data over pipes, sockets and files of the machine. Who reads what a holder wrote
 * holds the model too: of a pipe or socket at once, of files when it is enough to be a copy. But a
 * server talks all day to its log and to its neighbours, so of a server a share of the model's size
 * must go over in a short time, and its answers are no loss of a model.
 */
final class Trail {

  /** No pipe holds more: who has read so much has read from somebody who still writes. */
  private static final long UNRETURNED_BYTES = 1 << 20;

  /** Of a pipe or socket within the window: less is a line, a hash or an order, and no model. */
  private static final long TALK_BYTES = 4096;

  /** In how many files ever: less is a log, a cache or a history that a holder adds to. */
  private static final long COPY_BYTES = 1 << 20;

  private static final String SYSTEMD_UNIT = "systemd_unit";

  /** What came, or can have come, over one file from one process. */
  private record Piece(ChannelEnd from, ChannelEnd to) {
    long bytes() {
      return Math.min(from.bytes, to.bytes);
    }
  }

  private final ChannelTable streams;
  private final ChannelTable files;
  private final ChannelTable memory;
  private final Context context;
  private final Holdings holdings;
  private final TrailSettings settings;

  Trail(Context context, Holdings holdings) {
    this.context = context;
    this.holdings = holdings;
    this.settings = context.settings().trail();
    this.streams = new ChannelTable(context, settings.channels() / 2);
    this.files = new ChannelTable(context, settings.channels() / 2);
    this.memory = new ChannelTable(context, settings.channels() / 16);
  }

  void moved(TrackedProcess process, DataMoved moved) {
    boolean writes = moved.direction() == Direction.WRITE;
    if (writes && moved.accepted() && !settings.acceptedPasses() && isServer(process)) {
      return;
    }
    ChannelTable table = table(moved.kind());
    Ends ends = table.use(moved.channel());
    ChannelEnd end =
        table.moved(ends, moved.direction(), process, via(moved.kind()), moved.increment());
    if (writes) {
      ends.readers.values().forEach(reader -> pass(ends.channel, end, reader));
    } else {
      ends.writers.values().forEach(writer -> pass(ends.channel, writer, end));
    }
  }

  /** It was read before anybody could tell that it is no model. */
  void tookOrdinary(TrackedProcess process, CatalogFile file, Access access) {
    long channel = file.facts.channel();
    if (access.action() != Evidence.Action.WRITE
        && !access.isPartOfMapping()
        && files.knows(channel)) {
      moved(
          process,
          new DataMoved(
              process.key(), channel, Channel.FILE, Direction.READ, false, access.increment()));
    }
  }

  /** It holds something from now on: who has read from it may hold that too. */
  void held(TrackedProcess process) {
    for (ChannelTable table : List.of(streams, files, memory)) {
      for (Ends ends : table.writtenBy(process.key())) {
        ChannelEnd writer = ends.writers.get(process.key());
        ends.readers.values().forEach(reader -> pass(ends.channel, writer, reader));
      }
    }
  }

  /** It writes and reads no more. */
  void ended(TrackedProcess process) {
    for (ChannelTable table : List.of(streams, files, memory)) {
      table.ended(process.key());
    }
  }

  private ChannelTable table(Channel kind) {
    return switch (kind) {
      case PIPE, SOCKET -> streams;
      case FILE -> files;
      case MEMORY -> memory;
    };
  }

  private static Via via(Channel kind) {
    return switch (kind) {
      case PIPE -> Via.PIPE;
      case SOCKET -> Via.SOCKET;
      case FILE -> Via.FILE;
      case MEMORY -> Via.SHARED_MEMORY;
    };
  }

  private void pass(long channel, ChannelEnd from, ChannelEnd to) {
    if (!cameOver(channel, from, to)) {
      return;
    }
    if (to.via != Via.FILE || hasAll(to.process, from.process)) {
      handOn(from, to);
      return;
    }
    List<Piece> pieces = pieces(to.process);
    if (pieces.stream().mapToLong(Piece::bytes).sum() >= COPY_BYTES) {
      pieces.forEach(piece -> handOn(piece.from(), piece.to()));
    }
  }

  /** Whether something of what the writer holds came to the reader. */
  private boolean cameOver(long channel, ChannelEnd from, ChannelEnd to) {
    TrackedProcess writer = from.process;
    TrackedProcess reader = to.process;
    if (!writer.holds()
        || writer.lineage == reader.lineage
        || writer.key().sameProcess(reader.key())
        || isOver(channel, from)) {
      return false;
    }
    if (to.via == Via.SHARED_MEMORY) {
      return !saysMuch(writer);
    }
    return saysMuch(writer) ? crossesShare(from, to) : hasMoved(from, to);
  }

  private static boolean hasAll(TrackedProcess reader, TrackedProcess writer) {
    return reader.holdings().keySet().containsAll(writer.holdings().keySet());
  }

  /** Of all files that it has read: many small ones are a copy as a large one is. */
  private List<Piece> pieces(TrackedProcess reader) {
    List<Piece> pieces = new ArrayList<>();
    for (Ends ends : files.readBy(reader.key())) {
      ChannelEnd to = ends.readers.get(reader.key());
      for (ChannelEnd from : ends.writers.values()) {
        if (cameOver(ends.channel, from, to)) {
          pieces.add(new Piece(from, to));
        }
      }
    }
    return pieces;
  }

  private void handOn(ChannelEnd from, ChannelEnd to) {
    TrackedProcess reader = to.process;
    credit(from, to);
    for (Map.Entry<String, TrackedProcess.Held> held :
        List.copyOf(from.process.holdings().entrySet())) {
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

  /** Whether most of what it writes is no model: a server, or one that only may hold something. */
  private static boolean saysMuch(TrackedProcess process) {
    return isServer(process)
        || process.holdings().values().stream().allMatch(held -> held.via() == Via.SHARED_MEMORY);
  }

  /** One that has written nothing yet may be in the middle of a large write, or silent. */
  private boolean hasMoved(ChannelEnd from, ChannelEnd to) {
    if (from.bytes == 0) {
      return to.bytes >= UNRETURNED_BYTES;
    }
    return to.via == Via.FILE ? to.bytes > 0 : hasAll(to.process, from.process) || saidMuch(to);
  }

  private boolean saidMuch(ChannelEnd to) {
    return to.recentBytes(context.time().nanos()) >= TALK_BYTES;
  }

  /** What is in a file is read whenever its reader likes. */
  private boolean crossesShare(ChannelEnd from, ChannelEnd to) {
    long size = context.catalog().set(from.process.largestModel()).sizeBytes();
    long now = context.time().nanos();
    long written = from.via == Via.FILE ? from.mostBytes() : from.recentBytes(now);
    long crossed = Math.min(written, to.recentBytes(now));
    return size > 0 && crossed >= size * settings.serverShare();
  }

  /** What came over is model data that the reader has, unless it has them from elsewhere. */
  private void credit(ChannelEnd from, ChannelEnd to) {
    TrackedProcess reader = to.process;
    String model = from.process.largestModel();
    long bytes = to.takeUncredited(saysMuch(from.process), context.time().nanos());
    TrackedProcess.Held held = reader.holdings().get(model);
    if (bytes == 0 || (held != null && !held.via().isPassed())) {
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
}
