// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the SDK says of exports that fail, in one line each instead of with a stack. */
final class SdkLogs {

  private static final Logger logger = Logger.getLogger(SdkLogs.class.getName());

  // Held, because what is set on a logger ends with it when nobody refers to it.
  private static final Logger exporters = Logger.getLogger("io.opentelemetry.exporter");
  private static final Logger readers = Logger.getLogger("io.opentelemetry.sdk.metrics.export");
  private static final Logger configuration =
      Logger.getLogger("io.opentelemetry.sdk.autoconfigure");

  private SdkLogs() {}

  /** Leaves alone what the user's logging configuration has set. */
  static synchronized void shorten() {
    if (exporters.getHandlers().length == 0) {
      exporters.setUseParentHandlers(false);
      exporters.addHandler(new OneLine());
    }
    // They repeat without a reason what the exporter said with one.
    setIfUnset(readers, Level.OFF);
    setIfUnset(configuration, Level.WARNING);
  }

  static String oneLine(LogRecord record) {
    String message = String.valueOf(record.getMessage()).replaceAll("\\s+", " ").strip();
    Throwable thrown = record.getThrown();
    return thrown == null ? message : message + " " + reasonOf(thrown);
  }

  private static String reasonOf(Throwable thrown) {
    Throwable reason = thrown;
    while (isWrapper(reason) && reason.getCause() != null) {
      reason = reason.getCause();
    }
    String message = reason.getMessage();
    return reason.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof CompletionException || thrown instanceof UncheckedIOException;
  }

  private static void setIfUnset(Logger one, Level level) {
    if (one.getLevel() == null) {
      one.setLevel(level);
    }
  }

  private static final class OneLine extends Handler {

    @Override
    public void publish(LogRecord record) {
      logger.log(record.getLevel(), oneLine(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
