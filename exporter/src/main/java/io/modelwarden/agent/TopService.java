// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.session.LiveView;
import io.modelwarden.top.AgentSocket;
import io.modelwarden.top.AgentState;
import io.modelwarden.top.Snapshot;
import io.modelwarden.top.SnapshotJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code modelwarden top}. Snapshots go from the poll's thread, which has the state, to the
 * socket's, which wants one: as fresh as the poll that just ended, at no cost while nobody looks.
 */
final class TopService implements AutoCloseable {

  private static final Logger logger = Logger.getLogger(TopService.class.getName());
  private static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final byte[] NONE = {};

  private final long startedNanos = System.nanoTime();
  private final @Nullable AgentSocket socket;
  private final AtomicReference<CompletableFuture<Snapshot>> wanted = new AtomicReference<>();

  private TopService(@Nullable AgentSocket socket) {
    this.socket = socket;
  }

  /**
   * Makes the socket, early, so that one in use stops the start. Where none can be made the agent
   * goes without: a node must not be blind because nobody can look at it live.
   *
   * @param path null to go without
   */
  static TopService bind(@Nullable Path path) {
    try {
      return new TopService(path == null ? null : AgentSocket.bind(path));
    } catch (IOException impossible) {
      logger.log(
          Level.WARNING,
          "top.socket: {0} cannot be made ({1}): this agent goes without `modelwarden top`; make the folder writable, or set it to nothing",
          new Object[] {path, impossible});
      return new TopService(null);
    }
  }

  void serve() {
    if (socket != null) {
      socket.serve(this::document);
    }
  }

  /**
   * On the poll's thread, after each poll.
   *
   * @param state of the agent after this uptime
   */
  void polled(Function<Duration, AgentState> state, Supplier<LiveView> view) {
    CompletableFuture<Snapshot> waiting = wanted.getAndSet(null);
    if (waiting != null) {
      Duration uptime = Duration.ofNanos(System.nanoTime() - startedNanos);
      String now = Instant.now().toString();
      waiting.complete(Snapshot.of(now, state.apply(uptime), view.get()));
    }
  }

  /** On the socket's one thread: waits for the end of a poll. Empty if none ends. */
  private byte[] document() {
    CompletableFuture<Snapshot> snapshot = new CompletableFuture<>();
    wanted.set(snapshot);
    try {
      return SnapshotJson.write(snapshot.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS));
    } catch (TimeoutException | ExecutionException stuck) {
      return NONE;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return NONE;
    }
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
  }
}
