// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LeftOutCgroupsTest {

  private static final int SLOTS = 4;

  private final ByteBuffer slots = ByteBuffer.allocate(SLOTS * Long.BYTES);
  private final LeftOutCgroups cgroups = new LeftOutCgroups(slots);

  @Test
  void id_isInASlotUntilItIsRemoved() {
    cgroups.put(12345);
    assertThat(held()).containsExactly(12345L);
    cgroups.remove(12345);
    assertThat(held()).isEmpty();
  }

  /** A slot that was taken over must not be emptied by the one that had it before. */
  @Test
  void slot_belongsToTheLastOfThoseThatShareIt() {
    cgroups.put(1);
    long other = sharesSlotWithTheOneHeld();
    assertThat(held()).containsExactly(other);
    cgroups.remove(1);
    assertThat(held()).containsExactly(other);
  }

  @Test
  void ids_areSpreadOverAllSlots() {
    LongStream.range(1, 100).forEach(cgroups::put);
    assertThat(held()).hasSize(SLOTS);
  }

  private long sharesSlotWithTheOneHeld() {
    return LongStream.iterate(2, id -> id + 1)
        .filter(
            id -> {
              cgroups.put(id);
              boolean shared = held().size() == 1;
              if (!shared) {
                cgroups.remove(id);
              }
              return shared;
            })
        .findFirst()
        .orElseThrow();
  }

  private List<Long> held() {
    List<Long> ids = new ArrayList<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      long id = slots.getLong(slot * Long.BYTES);
      if (id != 0) {
        ids.add(id);
      }
    }
    return ids;
  }
}
