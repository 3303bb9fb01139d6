// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.time.Duration;

/**
 * When a container has taken its models into memory.
 *
 * @param end what tells it
 * @param gracePeriod for how long it must have been quiet, or ready
 * @param maximum how old it is at most; what it reads later than that is outside of loading
 */
public record PhaseSettings(End end, Duration gracePeriod, Duration maximum) {

  /** What tells that a container has its models. */
  public enum End {
    /** It has read or mapped some, and then nothing for the grace period. */
    QUIET,
    /** It has been ready for the grace period; where nobody knows that, as QUIET. */
    READY
  }

  public static PhaseSettings defaults() {
    return new PhaseSettings(End.QUIET, Duration.ofSeconds(60), Duration.ofMinutes(30));
  }
}
