// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Layouts of types written by hand, so that each odd one can be made. */
class BtfFileTest {

  @Test
  void struct_hasOffsetsSizesAndSigns() {
    StructLayout layout =
        BtfFile.of(types().struct("facts", 16, 3, 0, 2, 64, 1, 96).build()).struct("facts");

    assertThat(layout.sizeBytes()).isEqualTo(16);
    assertThat(layout.field("f0")).isEqualTo(new Field("f0", 0, 8, true, false, 1));
    assertThat(layout.field("f1")).isEqualTo(new Field("f1", 8, 4, true, true, 1));
    assertThat(layout.field("f2")).isEqualTo(new Field("f2", 12, 1, true, false, 1));
  }

  @Test
  void field_readsAndWritesWithItsSign() {
    StructLayout layout =
        BtfFile.of(types().struct("facts", 16, 3, 0, 2, 64, 1, 96).build()).struct("facts");
    ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);

    layout.field("f1").put(bytes, 4, -2);
    layout.field("f2").put(bytes, 4, 0xfe);

    assertThat(layout.field("f1").get(bytes, 4)).isEqualTo(-2);
    assertThat(layout.field("f2").get(bytes, 4)).isEqualTo(254);
    assertThat(bytes.getInt(12)).isEqualTo(-2);
    assertThat(bytes.getInt(0)).isZero();
  }

  @Test
  void nestedStruct_isFoundByDottedName_throughATypedef() {
    StructLayout layout =
        BtfFile.of(
                types()
                    .struct("key", 8, 2, 0, 2, 32)
                    .typedef("key_t", 4)
                    .struct("outer", 16, 3, 0, 5, 64)
                    .build())
            .struct("outer");

    assertThat(layout.field("f1.f1").offset()).isEqualTo(12);
    assertThat(layout.field("f1").offset()).isEqualTo(8);
  }

  @Test
  void array_hasItsElementsSizeAndTheProductOfItsCounts() {
    StructLayout layout =
        BtfFile.of(types().array(1, 4).array(4, 3).struct("text", 12, 5, 0).build()).struct("text");

    assertThat(layout.bytes("f0")).isEqualTo(new Field("f0", 0, 1, true, false, 12));
  }

  @Test
  void integer_ofAnotherWidth_isRefusedWithWhatWasExpectedAndFound() {
    StructLayout layout = BtfFile.of(types().struct("facts", 4, 2, 0).build()).struct("facts");

    assertThatThrownBy(() -> layout.integer("f0", 8))
        .isInstanceOf(BtfException.class)
        .hasMessage(
            "struct facts, field f0: expected one integer of 8 bytes, found 1 x 4 bytes of integer:"
                + " the object and this program differ");
  }

  @Test
  void integer_thatIsAnArrayAStructOrAPointer_isRefused() {
    StructLayout layout =
        BtfFile.of(
                types()
                    .array(2, 2)
                    .struct("pair", 8, 2, 0, 2, 32)
                    .pointer(3)
                    .struct("odd", 24, 4, 0, 5, 64, 6, 128)
                    .build())
            .struct("odd");

    for (String field : new String[] {"f0", "f1", "f2"}) {
      assertThatThrownBy(() -> layout.integer(field, 8)).isInstanceOf(BtfException.class);
    }
    assertThat(layout.field("f2").sizeBytes()).isEqualTo(8);
  }

  @Test
  void missingNames_areNamed() {
    BtfFile file = BtfFile.of(types().struct("facts", 4, 2, 0).build());

    assertThatThrownBy(() -> file.struct("nothing")).hasMessageContaining("struct nothing");
    assertThatThrownBy(() -> file.enumeration("none")).hasMessageContaining("enum none");
    assertThatThrownBy(() -> file.struct("facts").field("f9"))
        .hasMessageContaining("struct facts has no field f9");
  }

  @Test
  void enumeration_keepsSignAndAll64Bits() {
    BtfFile file =
        BtfFile.of(
            new BtfBytes()
                .enum32("flags", false, "HIGH", 0x80000000)
                .enum32("codes", true, "NEGATIVE", -1)
                .enum64("wide", "WIDE", 0x1_8000_0001L)
                .build());

    assertThat(file.enumeration("flags"))
        .containsExactlyEntriesOf(java.util.Map.of("HIGH", 1L << 31));
    assertThat(file.enumeration("codes")).containsEntry("NEGATIVE", -1L);
    assertThat(file.enumeration("wide")).containsEntry("WIDE", 0x1_8000_0001L);
  }

  @Test
  void bitField_isRefused() {
    BtfFile file = BtfFile.of(types().structWithBitFields("bits", 4, 2, 3 << 24).build());

    assertThatThrownBy(() -> file.struct("bits"))
        .hasMessageContaining("field f0")
        .hasMessageContaining("bit field");
  }

  @Test
  void fieldOutsideItsStruct_isRefused() {
    BtfFile file = BtfFile.of(types().struct("short", 4, 3, 0).build());

    assertThatThrownBy(() -> file.struct("short"))
        .hasMessageContaining("outside the struct's 4 bytes");
  }

  private static BtfBytes types() {
    return new BtfBytes().integer("u8", 1, false).integer("s32", 4, true).integer("u64", 8, false);
  }
}
