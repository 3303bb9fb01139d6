// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.libbpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps of the real kernel. */
@Tag("kernel")
class BpfMapTest {

  private static final int KEYS = 20_000;
  private static final int ROUNDS = 20;

  /** With room for one, every bucket with two entries makes the kernel ask for more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 256, 65536})
  void forEach_findsEveryKeyOnce_whateverTheBatch(int firstBatch) {
    try (SeamObject seam = SeamObject.load()) {
      seam.run("count_range", 0, KEYS);
      BpfMap counters = seam.map("counters");
      counters.startWithBatchOf(firstBatch);

      Map<Long, Long> found = new HashMap<>();
      int total = counters.forEach((k, at, v, valueAt) -> put(found, k, at, v, valueAt));

      assertThat(total).isEqualTo(KEYS);
      assertThat(found).hasSize(KEYS).allSatisfy((key, count) -> assertThat(count).isOne());
    }
  }

  @Test
  void forEach_ofAnEmptyMap_isNothing() {
    try (SeamObject seam = SeamObject.load()) {
      assertThat(seam.map("counters").forEach((k, at, v, valueAt) -> {})).isZero();
    }
  }

  @Test
  void forEach_underAWriter_losesNoCountAndNoKey() {
    try (SeamObject seam = SeamObject.load()) {
      seam.run("count_range", 0, KEYS);
      AtomicBoolean writing = new AtomicBoolean(true);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int round = 1; round < ROUNDS; round++) {
                  seam.run("count_range", 0, KEYS);
                }
                writing.set(false);
              });
      Map<Long, Long> previous = new HashMap<>();
      boolean last;
      do {
        last = !writing.get();
        Map<Long, Long> now = new HashMap<>();
        seam.map("counters").forEach((k, at, v, valueAt) -> put(now, k, at, v, valueAt));
        assertThat(now).hasSize(KEYS);
        now.forEach(
            (key, count) -> assertThat(count).isGreaterThanOrEqualTo(before(previous, key)));
        previous.putAll(now);
      } while (!last);
      writer.join();

      assertThat(previous).allSatisfy((key, count) -> assertThat(count).isEqualTo(ROUNDS));
    }
  }

  @Test
  void lookup_update_delete_ofOneEntry() {
    try (SeamObject seam = SeamObject.load()) {
      BpfMap counters = seam.map("counters");
      byte[] key = bytes(5);

      assertThat(counters.lookup(key)).isEmpty();
      assertThat(counters.delete(key)).isFalse();
      counters.update(key, bytes(1234));
      assertThat(counters.lookup(key)).hasValue(bytes(1234));
      assertThat(counters.delete(key)).isTrue();
      assertThat(counters.lookup(key)).isEmpty();
    }
  }

  @Test
  void lookupPerCpu_addsUpToTheRuns() {
    try (SeamObject seam = SeamObject.load()) {
      for (int i = 0; i < 9; i++) {
        seam.run("ask", 0, 0);
      }

      assertThat(Arrays.stream(seam.map("runs").lookupPerCpu(0)).sum()).isEqualTo(9);
    }
  }

  @Test
  void setMaxEntries_beforeLoad_isTheSizeOfTheMap() {
    try (SeamObject seam = SeamObject.load(before -> before.map("counters").setMaxEntries(10))) {
      seam.run("count_range", 0, 50);

      assertThat(seam.map("counters").maxEntries()).isEqualTo(10);
      assertThat(seam.map("counters").forEach((k, at, v, valueAt) -> {})).isEqualTo(10);
    }
  }

  private static long before(Map<Long, Long> previous, long key) {
    return previous.getOrDefault(key, 1L);
  }

  private static void put(
      Map<Long, Long> found, ByteBuffer keys, int keyAt, ByteBuffer values, int valueAt) {
    assertThat(found.put(keys.getLong(keyAt), values.getLong(valueAt))).isNull();
  }

  private static byte[] bytes(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
