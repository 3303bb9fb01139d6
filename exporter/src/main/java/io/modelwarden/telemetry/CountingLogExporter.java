// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.util.Collection;

/** Tells what became of each batch, which the batch processor says only in its log. */
record CountingLogExporter(LogRecordExporter exporter, SignalQueue.Ending ending)
    implements LogRecordExporter {

  @Override
  public CompletableResultCode export(Collection<LogRecordData> records) {
    int items = records.size();
    CompletableResultCode result = exporter.export(records);
    return result.whenComplete(() -> ending.finished(items, result.isSuccess()));
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
