// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.ProcessKey;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChangedSpacesTest {

  private final AddressSpaces spaces = new AddressSpaces();
  private final ChangedSpaces changed = new ChangedSpaces(spaces, 2);
  private final ProcessKey self = new ProcessKey((int) ProcessHandle.current().pid(), 1, 1);

  @Test
  void spaceOfTheSameSize_isTakenFromTimeToTime() {
    assertThat(Stream.generate(() -> changed.take(self)).limit(7))
        .containsExactly(true, false, false, true, false, false, true);
  }

  @Test
  void forgottenOne_isTakenAtOnce() {
    changed.take(self);
    assertThat(changed.take(self)).isFalse();
    changed.forget(self);
    assertThat(changed.take(self)).isTrue();
    changed.retain(Set.of());
    assertThat(changed.take(self)).isTrue();
  }

  @Test
  void processThatIsGone_isLeftToTheLooker() {
    ProcessKey gone = new ProcessKey(-1, 1, 1);
    assertThat(changed.take(gone)).isTrue();
    assertThat(changed.take(gone)).isTrue();
  }
}
