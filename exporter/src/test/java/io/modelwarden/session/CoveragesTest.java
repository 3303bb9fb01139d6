// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.Coverage;
import io.modelwarden.event.FileFacts;
import io.modelwarden.event.FileFacts.Verdict;
import io.modelwarden.event.Increment;
import org.junit.jupiter.api.Test;

/** The distinct share of a model, by bits and by bytes. */
class CoveragesTest {

  private static final int SHIFT = 20;
  private static final long SLOT = 1 << SHIFT;
  private static final long FILE = 300 * SLOT - 100;

  private final SessionLosses losses = new SessionLosses();
  private final Coverages<String> coverages = new Coverages<>(3, losses);

  @Test
  void wholeFile_isOne_thoughItsLastSlotIsLongerThanTheFile() {
    add("a", 1, FILE, slots(0, 300));
    assertThat(share("a", FILE)).isEqualTo(1);
  }

  @Test
  void sameSlotsAgain_addNothing_otherSlotsDo() {
    add("a", 1, 30 * SLOT, slots(0, 30));
    add("a", 1, 900 * SLOT, slots(0, 30));
    assertThat(share("a", FILE)).isEqualTo(30.0 * SLOT / FILE);
    add("a", 1, 30 * SLOT, slots(30, 60));
    assertThat(share("a", FILE)).isEqualTo(60.0 * SLOT / FILE);
  }

  /** One byte of each slot is not the file. */
  @Test
  void bytes_boundTheSlots() {
    add("a", 1, 300, slots(0, 300));
    assertThat(share("a", FILE)).isEqualTo(300.0 / FILE);
  }

  @Test
  void bytesWithoutAPlace_addUp_toTheFileAtMost() {
    add("a", 1, 10 * SLOT, slots(0, 10));
    add("a", 1, 20 * SLOT, Coverage.unplaced(20 * SLOT));
    assertThat(share("a", FILE)).isEqualTo(30.0 * SLOT / FILE);
    add("a", 1, 900 * SLOT, Coverage.unplaced(900 * SLOT));
    assertThat(share("a", FILE)).isEqualTo(1);
  }

  /** A file that has grown has other slots: which parts those of before are nobody knows. */
  @Test
  void slotsOfAnotherSize_areNoPlace() {
    add("a", 1, 10 * SLOT, slots(0, 10));
    add("a", 1, 10 * SLOT, Coverage.of(new long[8], SHIFT + 1, 0));
    assertThat(share("a", FILE)).isEqualTo(20.0 * SLOT / FILE);
  }

  @Test
  void filesOfAModel_areSharesOfItsSize() {
    add("a", 1, FILE, slots(0, 300));
    add("a", 2, 75 * SLOT, slots(0, 75));
    assertThat(share("a", 4 * FILE)).isEqualTo((FILE + 75.0 * SLOT) / (4 * FILE));
  }

  @Test
  void renamedKey_isJoinedWithWhatTheOtherHad() {
    add("a", 1, 30 * SLOT, slots(0, 30));
    add("b", 1, 30 * SLOT, slots(15, 45));
    add("a", 2, 5 * SLOT, slots(0, 5));
    coverages.rekey(key -> "b");
    assertThat(share("a", FILE)).isZero();
    assertThat(share("b", FILE)).isEqualTo(50.0 * SLOT / FILE);
  }

  @Test
  void keyTouchedLongestAgo_isForgotten_andThatIsCounted() {
    for (String key : new String[] {"a", "b", "c", "a", "d"}) {
      add(key, 1, SLOT, slots(0, 1));
    }
    assertThat(share("b", FILE)).isZero();
    assertThat(share("a", FILE)).isEqualTo((double) SLOT / FILE);
    assertThat(losses.get(SessionLoss.COVERAGE_EVICTED)).isEqualTo(1);
  }

  /** Many files under one name must not hide what is read of them. */
  @Test
  void filesBeyondTheBound_countInFull() {
    for (int file = 1; file <= 5; file++) {
      add("a", file, SLOT, slots(0, 1));
    }
    assertThat(share("a", FILE)).isEqualTo(5.0 * SLOT / FILE);
  }

  private void add(String key, int id, long bytes, Coverage coverage) {
    CatalogFile file =
        new CatalogFile(new FileFacts(id, 1, id, id, FILE, Verdict.MODEL, "safetensors", "", ""));
    Increment increment = new Increment(bytes, 1, 0, 0);
    coverages.add(
        key, file, new Access(id, "/m", Evidence.Action.READ, "read", increment, coverage));
  }

  private double share(String key, long modelBytes) {
    return coverages.share(key, new ModelSet("m", "safetensors", modelBytes));
  }

  private static Coverage slots(int from, int to) {
    long[] words = new long[Coverage.SLOTS / Long.SIZE];
    for (int slot = from; slot < to; slot++) {
      words[slot / Long.SIZE] |= 1L << slot % Long.SIZE;
    }
    return Coverage.of(words, SHIFT, 0);
  }
}
