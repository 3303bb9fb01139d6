// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever bytes come: a layout or a {@link BtfException}, and soon. */
class DamagedObjectTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static byte[] object;

  @BeforeAll
  static void readObject() throws Exception {
    Path repository = Path.of(System.getProperty("modelwarden.repository", ".."));
    object = Files.readAllBytes(repository.resolve("bpf/build/test/seam.bpf.o"));
  }

  @Test
  void wholeObject_hasItsLayoutAndVariables() {
    StructLayout request = BtfFile.fromElf(object).struct("request");

    assertThat(request.sizeBytes()).isEqualTo(24);
    assertThat(request.integer("count", 4).offset()).isEqualTo(8);
    assertThat(request.field("signed_answer").signed()).isTrue();
    assertThat(request.bytes("bytes").count()).isEqualTo(4);
    assertThat(ElfFile.of(object).symbols().get("setting_pair"))
        .returns(".rodata", ElfFile.Symbol::section)
        .returns(16L, ElfFile.Symbol::sizeBytes);
  }

  @Test
  void truncatedAnywhere_isRefusedOrRead() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          for (int length = 0; length < object.length; length += 7) {
            tryToRead(Arrays.copyOf(object, length));
          }
        });
  }

  @Test
  void changedAnywhere_isRefusedOrRead() {
    Random random = new Random(1);
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          for (int i = 0; i < 20_000; i++) {
            byte[] changed = object.clone();
            for (int change = random.nextInt(8); change >= 0; change--) {
              changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            tryToRead(changed);
          }
        });
  }

  /** Half of the changes above miss the section that matters; these do not. */
  @Test
  void changedTypes_areRefusedOrRead() {
    ByteBuffer section = ElfFile.of(object).section(".BTF");
    byte[] original = new byte[section.capacity()];
    section.get(0, original);
    Random random = new Random(2);
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          for (int i = 0; i < 50_000; i++) {
            byte[] changed = original.clone();
            int at = random.nextInt(changed.length / 4 - 1) * 4;
            int value = random.nextBoolean() ? random.nextInt() : random.nextInt(64);
            ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
            refusedOrRead(() -> readAll(BtfFile.of(ByteBuffer.wrap(changed))));
          }
        });
  }

  @Test
  void structThatContainsItself_isRefusedSoon() {
    int[] selfSixteenTimes = IntStream.range(0, 32).map(i -> i % 2 == 0 ? 1 : 0).toArray();
    BtfFile file = BtfFile.of(new BtfBytes().struct("endless", 8, selfSixteenTimes).build());

    assertTimeoutPreemptively(
        LIMIT,
        () -> assertThatThrownBy(() -> file.struct("endless")).isInstanceOf(BtfException.class));
  }

  @Test
  void arrayOfItself_isRefusedSoon() {
    BtfFile file = BtfFile.of(new BtfBytes().array(1, 1).struct("loop", 8, 1, 0).build());

    assertTimeoutPreemptively(
        LIMIT,
        () ->
            assertThatThrownBy(() -> file.struct("loop").integer("f0", 8))
                .isInstanceOf(BtfException.class));
  }

  @Test
  void textFile_isNoObject() {
    assertThatThrownBy(() -> ElfFile.of(new byte[100]))
        .isInstanceOf(BtfException.class)
        .hasMessage("not a little-endian 64-bit ELF file (100 bytes)");
  }

  private static void tryToRead(byte[] bytes) {
    refusedOrRead(
        () -> {
          readAll(BtfFile.fromElf(bytes));
          ElfFile.of(bytes).symbols();
        });
  }

  private static void readAll(BtfFile file) {
    file.struct("request");
    file.struct("record");
  }

  private static void refusedOrRead(Runnable read) {
    try {
      read.run();
    } catch (BtfException expected) {
      assertThat(expected).hasMessageNotContaining("\n");
    }
  }
}
