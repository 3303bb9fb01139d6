// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

/** An OTEL_* setting cannot be followed; the message is one line for the user. */
public final class TelemetryConfigurationException extends RuntimeException {

  TelemetryConfigurationException(String message) {
    super(message);
  }
}
