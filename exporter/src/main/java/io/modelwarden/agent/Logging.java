// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line for each message, on standard error. */
final class Logging {

  private Logging() {}

  static void install() {
    Logger root = Logger.getLogger("");
    for (var handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setFormatter(new OneLine());
    console.setLevel(Level.INFO);
    root.addHandler(console);
  }

  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord message) {
      String cause = message.getThrown() == null ? "" : " (" + message.getThrown() + ")";
      return "%s %s %s%s%n"
          .formatted(message.getInstant(), message.getLevel(), formatMessage(message), cause);
    }
  }
}
