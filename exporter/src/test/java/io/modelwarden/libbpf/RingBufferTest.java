// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A ring of 64 KiB in the real kernel; every sixteenth record is discarded by its writer. */
@Tag("kernel")
class RingBufferTest {

  private static final int FLOODS = 40;
  private static final int RECORDS_PER_FLOOD = 5_000;

  @Test
  void drain_givesEveryRecordInOrder_withoutTheDiscarded() {
    try (SeamObject seam = SeamObject.load();
        RingBuffer ring = new RingBuffer(seam.map("ring"))) {
      List<Long> seen = new ArrayList<>();
      // 10 x 100 records of 136 bytes go round the ring twice, so that records cross its end.
      for (int i = 0; i < 10; i++) {
        seam.run("flood", 0, 100);
        ring.drain((data, offset, length) -> seen.add(sequence(data, offset, length)));
      }

      List<Long> expected = new ArrayList<>();
      for (long sequence = 0; sequence < 1000; sequence++) {
        if (sequence % 16 != 15) {
          expected.add(sequence);
        }
      }
      assertThat(seen).isEqualTo(expected);
      assertThat(seam.variable("dropped").getLong(0)).isZero();
      assertThat(ring.pendingBytes()).isZero();
    }
  }

  @Test
  void flood_losesOnlyWhatTheKernelCountedAsDropped() {
    try (SeamObject seam = SeamObject.load();
        RingBuffer ring = new RingBuffer(seam.map("ring"))) {
      Received received = new Received();
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < FLOODS; i++) {
                  seam.run("flood", 0, RECORDS_PER_FLOOD);
                }
              });
      while (!writer.isDone()) {
        ring.await(10);
        ring.drain(received::add);
      }
      writer.join();
      ring.drain(received::add);

      long produced = seam.variable("produced").getLong(0);
      long dropped = seam.variable("dropped").getLong(0);
      assertThat(produced).isEqualTo((long) FLOODS * RECORDS_PER_FLOOD);
      assertThat(dropped).isPositive();
      assertThat(received.count).isPositive();
      assertThat(received.count + dropped + seam.variable("discarded").getLong(0))
          .isEqualTo(produced);
    }
  }

  @Test
  void full_ring_refusesUntilItIsDrained() {
    try (SeamObject seam = SeamObject.load();
        RingBuffer ring = new RingBuffer(seam.map("ring"))) {
      seam.run("flood", 0, 1000);
      long fitted = 1000 - seam.variable("dropped").getLong(0);
      assertThat(fitted).isBetween(400L, 481L);

      assertThat(ring.drain((data, offset, length) -> sequence(data, offset, length)))
          .isEqualTo((int) (fitted - fitted / 16));
      long droppedBefore = seam.variable("dropped").getLong(0);
      seam.run("flood", 0, 100);
      assertThat(seam.variable("dropped").getLong(0)).isEqualTo(droppedBefore);
    }
  }

  @Test
  void await_returnsAtOnceForAWaitingRecord_andInTimeWithoutOne() {
    try (SeamObject seam = SeamObject.load();
        RingBuffer ring = new RingBuffer(seam.map("ring"))) {
      assertThat(millis(() -> ring.await(100))).isGreaterThanOrEqualTo(95);
      seam.run("flood", 0, 1);
      assertThat(millis(() -> ring.await(5_000))).isLessThan(1_000);
    }
  }

  @Test
  void record_wakesTheReaderThatWaits() throws Exception {
    try (SeamObject seam = SeamObject.load();
        RingBuffer ring = new RingBuffer(seam.map("ring"))) {
      CompletableFuture<Long> waited =
          CompletableFuture.supplyAsync(() -> millis(() -> ring.await(10_000)));
      Thread.sleep(200);
      seam.run("flood", 0, 1);

      assertThat(waited.get()).isBetween(50L, 5_000L);
    }
  }

  private static final class Received {
    private long count;
    private long last = -1;

    void add(ByteBuffer data, int offset, int length) {
      long sequence = sequence(data, offset, length);
      assertThat(sequence).isGreaterThan(last);
      assertThat(sequence % 16).isNotEqualTo(15);
      last = sequence;
      count++;
    }
  }

  private static long sequence(ByteBuffer data, int offset, int length) {
    assertThat(length).isEqualTo(128);
    long sequence = data.getLong(offset);
    assertThat(data.getLong(offset + 8)).isEqualTo(~sequence);
    return sequence;
  }

  private static long millis(Runnable action) {
    long start = System.nanoTime();
    action.run();
    return (System.nanoTime() - start) / 1_000_000;
  }
}
