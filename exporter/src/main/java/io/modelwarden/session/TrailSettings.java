// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.session;

import java.time.Duration;

/**
 * How model data are followed over pipes and sockets.
 *
 * @param serverShare of the model's size that a server must hand on, to hand on its mark
 * @param serverWindow within which it must
 * @param acceptedPasses whether what servers send on accepted connections is handed on at all
 * @param lifetime of a mark after the last bytes came over
 * @param channels that are kept
 */
public record TrailSettings(
    double serverShare,
    Duration serverWindow,
    boolean acceptedPasses,
    Duration lifetime,
    int channels) {

  public static TrailSettings defaults() {
    return new TrailSettings(0.05, Duration.ofMinutes(10), false, Duration.ofHours(24), 4_096);
  }
}
