// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.util.function.Supplier;

/**
 * What log processors take.
 *
 * @param data made when a queue has room for it
 */
record EmittedLog(Supplier<LogData> data) implements ReadWriteLogRecord {

  @Override
  public LogRecordData toLogRecordData() {
    return data.get();
  }

  /** Refused: evidence does not change on its way out. */
  @Override
  public <T> ReadWriteLogRecord setAttribute(AttributeKey<T> key, T value) {
    return this;
  }
}
