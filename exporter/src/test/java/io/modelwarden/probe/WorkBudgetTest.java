// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkBudgetTest {

  private static final long SECOND = 1_000_000_000L;

  private final WorkBudget budget = new WorkBudget(400, SECOND / 20, 0);

  @Test
  void aLongPiece_isPaidOffBeforeTheNext() {
    assertThat(budget.allows(0)).isTrue();
    budget.spend(SECOND);
    assertThat(budget.allows(300 * SECOND)).isFalse();
    assertThat(budget.allows(379 * SECOND)).isFalse();
    assertThat(budget.allows(381 * SECOND)).isTrue();
  }

  @Test
  void whatIsSaved_isBounded() {
    assertThat(budget.allows(100_000 * SECOND)).isTrue();
    budget.spend(SECOND / 20);
    assertThat(budget.allows(100_000 * SECOND)).isFalse();
  }

  /** Whatever the pieces are: a share of the time, the last piece and what was saved apart. */
  @Test
  void piecesOfAnyLength_stayWithinTheShare() {
    long spent = 0;
    for (long now = 0; now < 10_000 * SECOND; now += 2 * SECOND) {
      while (budget.allows(now)) {
        long piece = now / SECOND % 7 * 3_000_000L + 1_000_000L;
        budget.spend(piece);
        spent += piece;
      }
    }
    assertThat(spent).isBetween(10_000 * SECOND / 410, 10_000 * SECOND / 400 + SECOND / 10);
  }
}
