// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TakenInOrderTest {

  private final List<String> asked = new ArrayList<>();

  /** A look at the original lasts a moment longer than one at its copy. */
  @Test
  void whatComesLate_isAskedForOnceMore_ifSomethingBehindItWasThere() {
    assertThat(take(Set.of("b"), 3)).isTrue();
    assertThat(asked).containsExactly("a", "b", "c", "a");
  }

  @Test
  void whatHasNothingBehindIt_waitsForTheNextTime() {
    assertThat(take(Set.of("a"), 3)).isTrue();
    assertThat(take(Set.of(), 3)).isFalse();
    assertThat(asked).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void outOfTime_nothingMoreIsBegun() {
    assertThat(take(Set.of("a", "b", "c"), 1)).isTrue();
    assertThat(take(Set.of("a", "b", "c"), 0)).isFalse();
    assertThat(asked).containsExactly("a");
  }

  private boolean take(Set<String> there, int inTime) {
    int end = asked.size() + inTime;
    return TakenInOrder.of(
        List.of("a", "b", "c"),
        () -> asked.size() < end,
        thing -> {
          asked.add(thing);
          return there.contains(thing);
        });
  }
}
