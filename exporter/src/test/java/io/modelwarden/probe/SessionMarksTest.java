// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.Clocks;
import io.modelwarden.libbpf.LibBpf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The switch that lets writes to pipes alone while no exec session holds a model. Takes are played
 * in the kernel's order: first the entry, then the count.
 */
@Tag("kernel")
class SessionMarksTest {

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int ROUNDS = 20_000;

  private KernelSide kernel;
  private SessionMarks marks;
  private BpfMap map;
  private ByteBuffer takes;

  @BeforeEach
  void start() {
    kernel =
        KernelSide.start(
            LibBpf.load(),
            new ProbeSettings(
                1 << 20,
                64 << 20,
                false,
                false,
                List.of(".nothing"),
                Map.of(),
                1 << 16,
                true,
                false,
                ProbeSettings.Trail.defaults()));
    marks = new SessionMarks(kernel);
    map = kernel.map("exec_sessions");
    takes = kernel.variable("sessions_hold");
  }

  @AfterEach
  void stop() {
    kernel.close();
  }

  @Test
  void sweep_setsItBack_onceNoSessionIsLeft() {
    assertThat(marks.takes()).isZero();
    take(1);
    take(2);
    take(2);
    assertThat(marks.takes()).isEqualTo(3);
    sweep(Set.of(), Duration.ofHours(1));
    assertThat(marks.takes()).as("none is idle").isEqualTo(3);
    sweep(Set.of(0, 2), Duration.ofHours(25));
    assertThat(marks.takes()).as("a process of the second lives").isEqualTo(3);
    sweep(Set.of(0), Duration.ofHours(25));
    assertThat(marks.takes()).isZero();
    take(3);
    assertThat(marks.takes()).isEqualTo(1);
  }

  @Test
  void takeSinceItWasLookedAt_isNotForgotten() {
    take(1);
    assertThat(forget(0)).isFalse();
    assertThat(forget(2)).isFalse();
    assertThat(marks.takes()).isEqualTo(1);
    assertThat(forget(1)).isTrue();
    assertThat(marks.takes()).isZero();
  }

  @Test
  void sweepsWhileSessionsComeAndGo_overlookNone() {
    CompletableFuture<Integer> overlooked =
        CompletableFuture.supplyAsync(
            () -> {
              int missed = 0;
              for (int session = 1; session <= ROUNDS; session++) {
                take(session);
                Thread.onSpinWait();
                missed += (long) LONG.getVolatile(takes, 0) == 0 ? 1 : 0;
                map.delete(key(session));
              }
              return missed;
            });
    int resets = 0;
    while (!overlooked.isDone()) {
      boolean held = marks.takes() != 0;
      sweep(Set.of(0), Duration.ZERO);
      resets += held && marks.takes() == 0 ? 1 : 0;
    }
    assertThat(overlooked.join()).isZero();
    assertThat(resets).as("how often it was set back meanwhile").isPositive();
  }

  private void take(int session) {
    byte[] now = new byte[8];
    Layouts.view(now).putLong(0, Clocks.bootNanos());
    map.update(key(session), now);
    long before = (long) LONG.getAndAdd(takes, 0, 1L);
    assertThat(before).isNotNegative();
  }

  private void sweep(Set<Integer> living, Duration later) {
    marks.sweep(living, Clocks.bootNanos() + later.toNanos());
  }

  private boolean forget(long seen) {
    byte[] request = kernel.layouts().bytes(kernel.layouts().forgetSessionsRequest);
    ByteBuffer view = Layouts.view(request);
    kernel.layouts().forgetSessionsRequest.integer("takes", 8).put(view, 0, seen);
    kernel.program("forget_sessions").run(request);
    return kernel.layouts().forgetSessionsRequest.integer("accepted", 4).get(view, 0) == 1;
  }

  private static byte[] key(int session) {
    byte[] key = new byte[4];
    Layouts.view(key).putInt(0, session);
    return key;
  }
}
