// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

/**
 * Turns the kernel's times into Unix time. The offset is taken once: a clock that is set back later
 * cannot make a series or a span run backwards.
 *
 * @param offsetNanos Unix time at boot
 */
public record Clock(long offsetNanos) {

  public long toEpochNanos(long bootNanos) {
    return bootNanos + offsetNanos;
  }
}
