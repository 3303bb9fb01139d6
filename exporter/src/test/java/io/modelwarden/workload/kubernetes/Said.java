// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs, instead of the console, until it is closed. */
final class Said extends Handler {

  /** Messages, each with its first value behind it. */
  final List<String> messages = new CopyOnWriteArrayList<>();

  private final Logger logger;

  Said(Class<?> by) {
    logger = Logger.getLogger(by.getName());
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  @Override
  public void publish(LogRecord record) {
    Object[] values = record.getParameters();
    messages.add(record.getMessage() + (values == null ? "" : " " + values[0]));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
