// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.session.HeldModel;
import io.modelwarden.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps on disk who holds which model, for the next agent. The poll's thread says what there is; a
 * thread of its own, which is there only while there is something to write, waits for the disk.
 */
final class KeptHolders {

  private static final Logger logger = Logger.getLogger(KeptHolders.class.getName());

  /** A holder more or less is written so soon, that the others have read more is not urgent. */
  private static final long CHANGED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long GROWN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int END_SECONDS = 2;

  private static final Comparator<HeldModel> MOST_FIRST =
      Comparator.comparingLong(HeldModel::heldBytes)
          .reversed()
          .thenComparingInt(held -> held.process().pid())
          .thenComparingLong(held -> held.process().startTimeNanos())
          .thenComparingInt(held -> held.process().execId())
          .thenComparing(HeldModel::model);

  private final @Nullable Path path;
  private final @Nullable StateFile file;
  private final long bootEpochNanos;
  private final AtomicLong unread = new AtomicLong();
  private final AtomicLong unwritten = new AtomicLong();
  private final AtomicLong left = new AtomicLong();
  private @Nullable ExecutorService writer;
  private @Nullable Future<?> writing;
  private List<HeldModel> handedOver = List.of();
  private long handedOverVersion;
  private long handedOverNanos = System.nanoTime() - GROWN_NANOS;
  private volatile boolean failing;
  private boolean stuck;

  /**
   * @param path null to keep nothing
   * @param bootEpochNanos Unix time at boot by the clock of the holders' times
   */
  KeptHolders(@Nullable Path path, long bootEpochNanos) {
    this.path = path;
    this.file = path == null ? null : new StateFile(path);
    this.bootEpochNanos = bootEpochNanos;
  }

  /** What the agent before this one knew. A file that is of no use must not stop the start. */
  List<HeldModel> read() {
    if (file == null) {
      return List.of();
    }
    try {
      handedOver = file.read(bootEpochNanos);
      return handedOver;
    } catch (IOException unusable) {
      unread.incrementAndGet();
      logger.log(
          Level.WARNING,
          "state.file: {0} {1}: processes that closed a model before this start are not known",
          new Object[] {path, unusable.getMessage()});
      return List.of();
    }
  }

  /**
   * On the poll's thread, after each poll.
   *
   * @param version another one if there are other holders
   */
  void polled(long version, Supplier<List<HeldModel>> holders) {
    long since = System.nanoTime() - handedOverNanos;
    if (file == null || isWriting(since) || since < pauseNanos(version)) {
      return;
    }
    handedOverNanos = System.nanoTime();
    handedOverVersion = version;
    List<HeldModel> now = most(holders.get());
    if (failing || !now.equals(handedOver)) {
      handedOver = now;
      writing = writer().submit(() -> write(now));
    }
  }

  /** Writes once more, unless that takes too long. */
  void close(List<HeldModel> holders) {
    List<HeldModel> last = most(holders);
    if (file == null || stuck || (last.equals(handedOver) && !failing)) {
      return;
    }
    try {
      writer().submit(() -> write(last)).get(END_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException late) {
      unwritten.incrementAndGet();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  long unread() {
    return unread.get();
  }

  long unwritten() {
    return unwritten.get();
  }

  /** How often a holder found no room. */
  long left() {
    return left.get();
  }

  private boolean isWriting(long sinceNanos) {
    boolean underWay = writing != null && !writing.isDone();
    if (underWay && !stuck && sinceNanos > STUCK_NANOS) {
      stuck = true;
      failed("does not take what is written");
    }
    stuck &= underWay;
    return underWay;
  }

  private long pauseNanos(long version) {
    if (failing) {
      return AFTER_FAILURE_NANOS;
    }
    return version == handedOverVersion ? GROWN_NANOS : CHANGED_NANOS;
  }

  private List<HeldModel> most(List<HeldModel> holders) {
    holders.sort(MOST_FIRST);
    if (holders.size() <= StateFile.MOST_HOLDERS) {
      return holders;
    }
    left.addAndGet(holders.size() - StateFile.MOST_HOLDERS);
    return List.copyOf(holders.subList(0, StateFile.MOST_HOLDERS));
  }

  private void write(List<HeldModel> holders) {
    try {
      Objects.requireNonNull(file).write(holders, bootEpochNanos);
      failing = false;
    } catch (IOException | RuntimeException impossible) {
      failed(impossible.toString());
    }
  }

  private void failed(String problem) {
    unwritten.incrementAndGet();
    if (!failing) {
      failing = true;
      logger.log(
          Level.WARNING,
          "state.file: {0} cannot be written ({1}): the next agent will not know who has closed a model that it holds; make the folder writable, or set it to nothing",
          new Object[] {path, problem});
    }
  }

  private ExecutorService writer() {
    ExecutorService known = writer;
    if (known == null) {
      known =
          new ThreadPoolExecutor(
              0, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), KeptHolders::thread);
      writer = known;
    }
    return known;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "modelwarden-state");
    thread.setDaemon(true);
    return thread;
  }
}
