// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.top.ScreenKeys.Wish;
import org.junit.jupiter.api.Test;

/** What keys do. */
class LooksTest {

  private Looks looks = Looks.of(Snapshots.VIEW);

  @Test
  void arrows_goThroughAllColumnsAndRound() {
    for (int i = 0; i < Column.values().length; i++) {
      press(Wish.RIGHT, "");
    }
    assertThat(looks.view().sort()).isEqualTo(Snapshots.VIEW.sort());
    press(Wish.LEFT, "");
    assertThat(looks.view().sort()).isEqualTo(Column.SHARE);
  }

  @Test
  void theFilter_growsWhileItIsTyped_andIsKeptOrDropped() {
    press(Wish.FILTER, "");
    assertThat(looks.filtering()).isTrue();
    press(Wish.CHARACTER, "g");
    press(Wish.CHARACTER, "🦙");
    press(Wish.CHARACTER, "\u001b[5~");
    press(Wish.RUB_OUT, "");
    press(Wish.CHARACTER, "p");
    assertThat(looks.view().filter()).isEqualTo("gp");
    press(Wish.ACCEPT, "");
    assertThat(looks.filtering()).isFalse();
    assertThat(looks.view().filter()).isEqualTo("gp");
    press(Wish.DROP, "");
    assertThat(looks.view().filter()).isEmpty();
    press(Wish.RUB_OUT, "");
    assertThat(looks.view().filter()).isEmpty();
  }

  @Test
  void esc_leavesTheHelpFirst() {
    press(Wish.CHARACTER, "x");
    press(Wish.HELP, "");
    press(Wish.DROP, "");
    assertThat(looks.help()).isFalse();
    assertThat(looks.view().filter()).isEqualTo("x");
  }

  @Test
  void scrolling_staysWithinTheRows() {
    press(Wish.UP, "");
    assertThat(looks.firstRow()).isZero();
    press(Wish.PAGE_DOWN, "");
    press(Wish.PAGE_DOWN, "");
    assertThat(looks.firstRow()).isEqualTo(9);
    press(Wish.UP, "");
    assertThat(looks.firstRow()).isEqualTo(8);
    press(Wish.REVERSE, "");
    assertThat(looks.firstRow()).isZero();
    assertThat(looks.view().reversed()).isTrue();
  }

  private void press(Wish wish, String typed) {
    looks = looks.after(wish, typed, 9, 6);
  }
}
