// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExportClockTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;
  private static final long START = 1_800_000_000L * SECOND;

  private long event = START;
  private long wall = START;
  private final ExportClock clock = new ExportClock(() -> event, () -> wall);

  @Test
  void withoutSteps_bothClocksAreOne() {
    pass(5 * SECOND);
    assertThat(clock.nowNanos()).isEqualTo(START + 5 * SECOND);
    assertThat(clock.ofEvent(event)).isEqualTo(event);
    assertThat(clock.aheadSeconds()).isZero();
  }

  @Test
  void clockSetBack_doesNotStopTime_andIsTold() {
    pass(SECOND);
    clock.nowNanos();
    wall -= 2 * HOUR;
    pass(SECOND);
    assertThat(clock.nowNanos()).isEqualTo(START + 2 * SECOND);
    assertThat(clock.ofEvent(event)).isEqualTo(event);
    assertThat(clock.aheadSeconds()).isEqualTo(7200);
  }

  @Test
  void clockSetForward_isFollowed_andSetBackAgainIsNot() {
    wall += 50 * 365 * 24 * HOUR;
    pass(SECOND);
    assertThat(clock.nowNanos()).isEqualTo(wall);
    assertThat(clock.ofEvent(event)).isEqualTo(wall);
    wall -= HOUR;
    pass(SECOND);
    assertThat(clock.nowNanos()).isEqualTo(wall + HOUR);
    assertThat(clock.aheadSeconds()).isEqualTo(3600);
  }

  private void pass(long nanos) {
    event += nanos;
    wall += nanos;
  }
}
