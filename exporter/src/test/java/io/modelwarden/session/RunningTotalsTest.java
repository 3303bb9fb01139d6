// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.session.SessionSettings.Limits;
import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RunningTotalsTest {

  private static final int LIMIT = 3;

  private final SteadyTime time = new SteadyTime();
  private final SessionLosses losses = new SessionLosses();
  private final RunningTotals<String> totals =
      new RunningTotals<>(Scene.limited(new Limits(9, 9, LIMIT, 9, 9, 9, 9, 9)), time, losses);
  private long now;

  @Test
  void sum_isThatOfTheHoursOfTheWindow() {
    Random random = new Random(42);
    TreeMap<Long, Long> byHour = new TreeMap<>();
    time.tick(0);
    for (int i = 0; i < 2_000; i++) {
      now += random.nextInt(3) * Duration.ofMinutes(random.nextInt(240)).toNanos();
      time.tick(now);
      long amount = random.nextInt(1_000);
      byHour.merge(time.hours(), amount, Long::sum);
      long expected =
          byHour.tailMap(time.hours() - 24).values().stream().mapToLong(Long::longValue).sum();

      assertThat(totals.add("key", amount)).isEqualTo(expected);
      assertThat(totals.get("key")).isEqualTo(expected);
    }
  }

  @Test
  void beyondTheLimit_theKeyTouchedLongestAgoIsForgotten() {
    totals.add("a", 1);
    totals.add("b", 2);
    totals.add("c", 3);
    totals.add("a", 1);
    totals.add("d", 4);

    assertThat(totals.size()).isEqualTo(LIMIT);
    assertThat(totals.get("b")).isZero();
    assertThat(totals.get("a")).isEqualTo(2);
    assertThat(losses.get(SessionLoss.TOTAL_EVICTED)).isEqualTo(1);
    assertThat(losses.byReason())
        .containsEntry("total_evicted", 1L)
        .hasSize(SessionLoss.values().length);
  }

  @Test
  void keysWithoutAmount_areForgottenInTime() {
    time.tick(0);
    totals.add("a", 1);
    time.tick(Duration.ofHours(26).toNanos());
    totals.add("b", 1);

    assertThat(totals.size()).isEqualTo(1);
    assertThat(losses.get(SessionLoss.TOTAL_EVICTED)).isZero();
  }
}
