// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/** Tells what became of each batch, which the batch processor says only in its log. */
record CountingSpanExporter(SpanExporter exporter, SignalQueue.Ending ending)
    implements SpanExporter {

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int items = spans.size();
    CompletableResultCode result = exporter.export(spans);
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
