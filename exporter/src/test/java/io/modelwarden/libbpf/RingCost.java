// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For the benchmark: what one record of a ring costs, read from mapped memory as the agent does,
 * and handed out by libbpf through a callback. Each record's two numbers are read.
 */
final class RingCost {

  private static final int RING_BYTES = 1 << 20;
  private static final int RECORDS = 4096;
  private static final int DELIVERED = RECORDS - RECORDS / 16; // each sixteenth is discarded

  private static long sum;

  private RingCost() {}

  /** Functions of libbpf that the agent has no need of. */
  @SuppressWarnings("checkstyle:MethodName")
  interface RingFunctions extends Library {

    /** ring_buffer_sample_fn. */
    interface Sample extends Callback {
      int invoke(Pointer context, Pointer data, long size);
    }

    @Nullable Pointer ring_buffer__new(
        int map, Sample sample, @Nullable Pointer context, @Nullable Pointer options);

    int ring_buffer__consume(Pointer ring);

    void ring_buffer__free(Pointer ring);
  }

  /** Prints a line of nanoseconds for each of {@code arguments[0]} rounds' median and least. */
  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    try (SeamObject seam = SeamObject.load(object -> object.map("ring").setMaxEntries(RING_BYTES));
        RingBuffer ring = new RingBuffer(seam.map("ring"))) {
      tell("mapped", rounds, seam, () -> ring.drain(RingCost::take));
    }
    try (SeamObject seam =
        SeamObject.load(object -> object.map("ring").setMaxEntries(RING_BYTES))) {
      RingFunctions functions = com.sun.jna.Native.load("libbpf.so.1", RingFunctions.class);
      RingFunctions.Sample sample = (context, data, size) -> take(data);
      Pointer ring = functions.ring_buffer__new(seam.map("ring").descriptor(), sample, null, null);
      if (ring == null) {
        throw BpfException.of("make the ring's reader", com.sun.jna.Native.getLastError());
      }
      tell("callback", rounds, seam, () -> functions.ring_buffer__consume(ring));
      functions.ring_buffer__free(ring);
    }
  }

  private static void take(ByteBuffer data, int offset, int length) {
    sum += data.getLong(offset) + data.getLong(offset + 8);
  }

  private static int take(Pointer data) {
    sum += data.getLong(0) + data.getLong(8);
    return 0;
  }

  private static void tell(String reader, int rounds, SeamObject seam, IntSupplier drain) {
    double[] costs = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      seam.run("flood", 0, RECORDS);
      sum = 0;
      long start = System.nanoTime();
      int records = drain.getAsInt();
      long end = System.nanoTime();
      if (records != DELIVERED || sum != -DELIVERED) { // the second number is ~ the first
        throw new AssertionError(records + " of " + DELIVERED + " records, sum " + sum);
      }
      costs[round] = (double) (end - start) / records;
    }
    Arrays.sort(costs);
    System.out.printf(
        Locale.ROOT,
        "reader=%s rounds=%d minimum=%.1f median=%.1f%n",
        reader,
        rounds,
        costs[0],
        costs[rounds / 2]);
  }
}
