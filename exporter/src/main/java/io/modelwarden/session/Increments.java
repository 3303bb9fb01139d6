// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import io.modelwarden.event.Increment;

/** Arithmetic on increments. */
final class Increments {

  private Increments() {}

  static Increment sum(Increment a, Increment b) {
    return new Increment(
        a.bytes() + b.bytes(),
        a.operations() + b.operations(),
        Math.min(a.firstEpochNanos(), b.firstEpochNanos()),
        Math.max(a.lastEpochNanos(), b.lastEpochNanos()));
  }

  /** A part of the bytes; the operations belong to the first part. */
  static Increment part(Increment whole, long bytes, boolean first) {
    return new Increment(
        bytes, first ? whole.operations() : 0, whole.firstEpochNanos(), whole.lastEpochNanos());
  }
}
