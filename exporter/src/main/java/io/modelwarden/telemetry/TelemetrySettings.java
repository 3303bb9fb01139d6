// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.workload.Workload;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What telemetry must be told; where it goes is said by the standard OTEL_* variables.
 *
 * @param version of the agent
 * @param seriesLimit series per metric, beyond which there is one overflow point
 * @param configuredModel whether the user named this model: it never falls into the overflow point
 * @param allowedExecutables pattern of executables that the workload's namespace allows to read
 *     models, empty if there is none
 * @param eventEpochNanos the clock that events carry: Unix time at the start, then steady
 */
public record TelemetrySettings(
    String version,
    HostIdentity host,
    int seriesLimit,
    Predicate<String> configuredModel,
    Function<Workload, String> allowedExecutables,
    LongSupplier eventEpochNanos) {

  public TelemetrySettings {
    if (seriesLimit < 1) {
      throw new IllegalArgumentException("seriesLimit must be at least 1, got " + seriesLimit);
    }
  }
}
