// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at files on a thread of its own. A file of a server that is away, or of a file system that
 * a thief runs, may never answer; whoever waited for it would be blind from then on. One thread
 * polls and calls this.
 */
final class LookThread implements AutoCloseable {

  private static final long MOMENT_MILLIS = 200;
  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final int MOST_ABANDONED = 8;

  private ExecutorService executor = newExecutor();
  private int abandoned;

  /** One look, which knows when it began: what waits behind another one is not late. */
  static final class Look<T> extends FutureTask<T> {
    private volatile long begunNanos = Long.MAX_VALUE;

    Look(Callable<T> look) {
      super(look);
    }

    @Override
    public void run() {
      begunNanos = System.nanoTime();
      super.run();
    }

    /** What was found, of a look that is done. */
    @Nullable T result() {
      try {
        return get();
      } catch (ExecutionException failure) {
        throw new IllegalStateException("a look at a file failed", failure.getCause());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return null;
      }
    }

    boolean isStuck() {
      return begunNanos != Long.MAX_VALUE && System.nanoTime() - begunNanos > PATIENCE_NANOS;
    }
  }

  /** Begins a look and waits a moment for it: nearly all are done by then. */
  <T> Look<T> begin(Callable<T> look) {
    Look<T> result = new Look<>(look);
    executor.execute(result);
    try {
      result.get(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException later) {
      // whoever takes the result sees which
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return result;
  }

  /** Whether so many looks never came back that none is begun any more: each keeps its thread. */
  boolean isExhausted() {
    return abandoned >= MOST_ABANDONED;
  }

  /** The look that is stuck is given up; what waits behind it is done by another thread. */
  void abandon() {
    abandoned++;
    ExecutorService before = executor;
    executor = newExecutor();
    before.shutdownNow().forEach(executor::execute);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** At most one thread, which ends with its work: it has the capabilities of whoever began it. */
  private static ExecutorService newExecutor() {
    return new ThreadPoolExecutor(
        0,
        1,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        work -> {
          Thread thread = new Thread(work, "modelwarden-look");
          thread.setDaemon(true);
          return thread;
        });
  }
}
