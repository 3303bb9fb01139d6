// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives an answer up that stops in its middle or does not end. The client's own timeout is over
 * with the first byte; without this a server that says half a sentence is waited for for ever.
 */
final class AnswerLimits implements Interceptor {

  /** A page has 50 objects of some ten KiB. */
  static final int LONGEST_BYTES = 16 << 20;

  private static final Duration SILENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Every minute a server tells those who watch its version. */
  private static final Duration SILENCE_OF_A_WATCH = Duration.ofMinutes(5);

  @Override
  public AsyncBody.Consumer<List<ByteBuffer>> consumer(
      AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
    String query = request.uri().getRawQuery();
    return new Answer(consumer, query != null && query.contains("watch=true"));
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    Answer answer = consumer.unwrap(Answer.class);
    if (answer != null && response.body() instanceof AsyncBody body) {
      answer.begins(body);
    }
  }

  private static final class Answer implements AsyncBody.Consumer<List<ByteBuffer>> {

    private final AsyncBody.Consumer<List<ByteBuffer>> next;
    private final boolean watch;
    private final long silenceNanos;
    private long startNanos;
    private long bytes;
    private volatile long heardNanos;

    Answer(AsyncBody.Consumer<List<ByteBuffer>> next, boolean watch) {
      this.next = next;
      this.watch = watch;
      this.silenceNanos = (watch ? SILENCE_OF_A_WATCH : SILENCE).toNanos();
    }

    void begins(AsyncBody body) {
      startNanos = System.nanoTime();
      heardNanos = startNanos;
      look(body);
    }

    @Override
    public void consume(List<ByteBuffer> part, AsyncBody body) throws Exception {
      heardNanos = System.nanoTime();
      for (ByteBuffer buffer : part) {
        bytes += buffer.remaining();
      }
      if (!watch && bytes > LONGEST_BYTES) {
        body.cancel();
      } else {
        next.consume(part, body);
      }
    }

    @Override
    public <U> @Nullable U unwrap(Class<U> kind) {
      return kind.isInstance(this) ? kind.cast(this) : next.unwrap(kind);
    }

    private void look(AsyncBody body) {
      if (body.done().isDone()) {
        return;
      }
      long now = System.nanoTime();
      boolean tooLong = !watch && now - startNanos >= LONGEST.toNanos();
      if (tooLong || now - heardNanos >= silenceNanos) {
        body.cancel();
      } else {
        CompletableFuture.delayedExecutor(silenceNanos / 2, TimeUnit.NANOSECONDS)
            .execute(() -> look(body));
      }
    }
  }
}
