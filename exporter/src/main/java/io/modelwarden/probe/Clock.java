// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.libbpf.Clocks;

/**
 * Turns the kernel's times into Unix time. The offset is taken once: a clock that is set back later
 * cannot make a series or a span run backwards.
 *
 * @param offsetNanos Unix time at boot
 */
public record Clock(long offsetNanos) {

  public static Clock startingNow() {
    return new Clock(Clocks.epochAtBootNanos());
  }

  public long nowEpochNanos() {
    return toEpochNanos(Clocks.bootNanos());
  }

  public long toEpochNanos(long bootNanos) {
    return bootNanos + offsetNanos;
  }
}
