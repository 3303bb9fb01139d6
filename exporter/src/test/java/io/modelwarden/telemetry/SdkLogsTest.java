// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class SdkLogsTest {

  @Test
  void wrappedException_isNamedByWhatItWraps() {
    LogRecord record = new LogRecord(Level.SEVERE, "Failed to export 3 spans.\n");
    record.setThrown(
        new CompletionException(
            new UncheckedIOException(new ConnectException("Connection refused"))));
    assertThat(SdkLogs.oneLine(record))
        .isEqualTo("Failed to export 3 spans. ConnectException: Connection refused");
  }

  @Test
  void messageWithoutException_staysAsItIs() {
    LogRecord record = new LogRecord(Level.WARNING, "HTTP status code 401");
    assertThat(SdkLogs.oneLine(record)).isEqualTo("HTTP status code 401");
  }
}
