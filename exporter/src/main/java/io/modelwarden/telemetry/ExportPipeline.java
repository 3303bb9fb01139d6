// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The SDK as the user's OTEL_* variables configure it, with what we capture of it: processors, so
 * that spans and logs of many resources can be handed to them, and exporters, to count failures.
 */
final class ExportPipeline {

  private final List<SpanProcessor> spanProcessors = new CopyOnWriteArrayList<>();
  private final List<LogRecordProcessor> logProcessors = new CopyOnWriteArrayList<>();
  private final SignalQueue spans = new SignalQueue();
  private final SignalQueue logs = new SignalQueue();
  private final AtomicLong failedMetrics = new AtomicLong();
  private final List<Runnable> deliveries = new CopyOnWriteArrayList<>();
  private final AtomicLong emitted = new AtomicLong();
  private final AtomicBoolean confirmed = new AtomicBoolean();
  private final OpenTelemetrySdk sdk;

  /**
   * @param overrides properties above the user's, for tests
   * @throws TelemetryConfigurationException if a variable cannot be followed
   */
  ExportPipeline(
      MetricProducer producer,
      BiFunction<Resource, ConfigProperties, Resource> agent,
      Map<String, String> overrides) {
    SdkLogs.shorten();
    LazyTrust.install();
    AutoConfiguredOpenTelemetrySdkBuilder builder =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(ExportDefaults::properties)
            .addPropertiesCustomizer(user -> overrides)
            .addResourceCustomizer(agent)
            .addMeterProviderCustomizer((meters, config) -> withOnly(producer, meters))
            .addMetricExporterCustomizer((exporter, config) -> confirming(exporter));
    captureSpans(builder);
    captureLogs(builder);
    try {
      sdk = builder.build().getOpenTelemetrySdk();
    } catch (ConfigurationException | IllegalArgumentException e) {
      throw new TelemetryConfigurationException(
          "OpenTelemetry refuses its configuration: %s; correct or unset that OTEL_* variable"
              .formatted(e.getMessage()));
    }
  }

  SignalQueue spans() {
    return spans;
  }

  SignalQueue logs() {
    return logs;
  }

  /** Metrics in exports that were given up. */
  long failedMetrics() {
    return failedMetrics.get();
  }

  void emit(ReadableSpan span) {
    if (!spanProcessors.isEmpty() && spans.admit()) {
      spanProcessors.forEach(processor -> processor.onEnd(span));
      emitted.incrementAndGet();
    }
  }

  void emit(ReadWriteLogRecord record) {
    if (!logProcessors.isEmpty() && logs.admit()) {
      logProcessors.forEach(processor -> processor.onEmit(Context.root(), record));
      emitted.incrementAndGet();
    }
  }

  /** All of them, or, where there is no room for all, none and false. */
  synchronized boolean emitAll(List<? extends ReadWriteLogRecord> records) {
    if (!logs.hasRoomFor(records.size())) {
      return false;
    }
    records.forEach(this::emit);
    return true;
  }

  /**
   * Has the processors send what was emitted since the last call, without waiting for it: evidence
   * is then with the collector at once, and a machine where nothing happens is not woken to look. A
   * schedule delay that the user has set is kept instead.
   */
  void deliver() {
    if (emitted.getAndSet(0) > 0) {
      deliveries.forEach(Runnable::run);
    }
  }

  /** False if not everything was delivered in time. */
  boolean flush(Duration timeout) {
    return deliveredWithin(timeout, this::flushAll);
  }

  /** False if not everything was delivered in time; what was not is lost. */
  boolean shutdown(Duration timeout) {
    return deliveredWithin(
        timeout,
        () -> {
          flushRest(timeout);
          return CompletableResultCode.ofAll(List.of(flushAll(), sdk.shutdown()));
        });
  }

  /**
   * A flush takes what was there when it began, and the SDK answers who asks meanwhile, also the
   * shutdown, with that one: what came in between would be lost.
   */
  private void flushRest(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (spans.pending() + logs.pending() > 0 && System.nanoTime() < end) {
      CompletableResultCode.ofAll(
              List.of(
                  sdk.getSdkTracerProvider().forceFlush(), sdk.getSdkLoggerProvider().forceFlush()))
          .join(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private CompletableResultCode flushAll() {
    return CompletableResultCode.ofAll(
        List.of(
            sdk.getSdkTracerProvider().forceFlush(),
            sdk.getSdkLoggerProvider().forceFlush(),
            sdk.getSdkMeterProvider().forceFlush()));
  }

  /** The SDK's results of a flush are good even where every export failed. */
  private boolean deliveredWithin(Duration timeout, Supplier<CompletableResultCode> work) {
    long failedBefore = failedItems();
    return within(timeout, work) && failedItems() == failedBefore;
  }

  private long failedItems() {
    return spans.failed() + logs.failed() + failedMetrics();
  }

  /** The SDK's own waiting (a reader awaits its running export) is outside of its results. */
  private static boolean within(Duration timeout, Supplier<CompletableResultCode> work) {
    CompletableResultCode result = new CompletableResultCode();
    Thread worker =
        new Thread(
            () -> {
              CompletableResultCode inner = work.get();
              inner.whenComplete(() -> finish(result, inner.isSuccess()));
            },
            "modelwarden-flush");
    worker.setDaemon(true);
    worker.start();
    return result.join(timeout.toMillis(), TimeUnit.MILLISECONDS).isSuccess();
  }

  private static void finish(CompletableResultCode result, boolean success) {
    if (success) {
      result.succeed();
    } else {
      result.fail();
    }
  }

  private void captureSpans(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    builder
        .addSpanExporterCustomizer(
            (exporter, config) -> new CountingSpanExporter(exporter, spans.newEnding()))
        .addSpanProcessorCustomizer(
            (processor, config) -> {
              spans.limitTo(queueSize(config, ExportDefaults.SPAN_QUEUE));
              spanProcessors.add(processor);
              deliverUnlessSet(config, ExportDefaults.SPAN_DELAY, processor::forceFlush);
              return processor;
            });
  }

  private void captureLogs(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    builder
        .addLogRecordExporterCustomizer(
            (exporter, config) -> new CountingLogExporter(exporter, logs.newEnding()))
        .addLogRecordProcessorCustomizer(
            (processor, config) -> {
              logs.limitTo(queueSize(config, ExportDefaults.LOG_QUEUE));
              logProcessors.add(processor);
              deliverUnlessSet(config, ExportDefaults.LOG_DELAY, processor::forceFlush);
              return processor;
            });
  }

  private void deliverUnlessSet(ConfigProperties config, String delay, Runnable flush) {
    if (config.getDuration(delay) == null) {
      deliveries.add(flush);
    }
  }

  private static int queueSize(ConfigProperties config, String property) {
    return config.getInt(property, ExportDefaults.QUEUE_SIZE);
  }

  private MetricExporter confirming(MetricExporter exporter) {
    return new ConfirmingMetricExporter(
        exporter, failedMetrics, confirmed.compareAndSet(false, true));
  }

  /** The SDK's metrics about itself are left out: ours say the same under names we keep. */
  private static SdkMeterProviderBuilder withOnly(
      MetricProducer producer, SdkMeterProviderBuilder meters) {
    return meters
        .registerMetricProducer(producer)
        .registerView(
            InstrumentSelector.builder().setName("*").build(),
            View.builder().setAggregation(Aggregation.drop()).build());
  }
}
