// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.modelwarden.session.EvidenceSink;
import io.modelwarden.session.Measurement;
import io.modelwarden.workload.Workload;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends what sessions conclude to an OpenTelemetry collector: spans, log events and cumulative
 * metrics, with one resource per workload.
 *
 * <pre>{@code
 * try (Telemetry telemetry = Telemetry.start(settings)) {
 *   telemetry.self().loss("ring_full", failures::ringFull);
 *   sessions.run(telemetry);
 * }
 * }</pre>
 *
 * <p>Neither {@link #span} nor {@link #measure} ever waits: behind them are bounded queues and
 * bounded sets of series, and what finds no place there is counted.
 */
public final class Telemetry implements EvidenceSink, AutoCloseable {

  public static final String SCHEMA_VERSION = "0.1";

  private static final Logger logger = Logger.getLogger(Telemetry.class.getName());
  // Of the five seconds in which the agent ends; sessions need some of them before.
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(3500);

  private final Function<Workload, String> allowedExecutables;
  private final Resources resources;
  private final ExportClock clock;
  private final MetricStreams streams;
  private final SelfMetrics self = new SelfMetrics();
  private final AwaitedEvidence awaited = new AwaitedEvidence();
  private final StreamProducer producer;
  private final ExportPipeline pipeline;

  private Telemetry(TelemetrySettings settings, Map<String, String> overrides) {
    allowedExecutables = settings.allowedExecutables();
    resources = new Resources(settings.host(), settings.version());
    clock = new ExportClock(settings.eventEpochNanos(), Telemetry::nowEpochNanos);
    streams = new MetricStreams(settings.seriesLimit(), settings.configuredModel(), clock::ofEvent);
    producer = new StreamProducer(streams, self, resources, clock::nowNanos);
    pipeline =
        new ExportPipeline(
            producer,
            (configured, config) -> resources.agent(configured, config, settings.version()),
            overrides);
    observeOurselves(settings.version());
  }

  /**
   * Starts exporting as the OTEL_* variables say, by default to a collector on this machine.
   *
   * @throws TelemetryConfigurationException if one of them cannot be followed
   */
  public static Telemetry start(TelemetrySettings settings) {
    return start(settings, System.getenv(), Map.of());
  }

  static Telemetry start(
      TelemetrySettings settings, Map<String, String> environment, Map<String, String> overrides) {
    ExportDefaults.check(environment);
    ExportDefaults.remarks(environment).forEach(logger::warning);
    return new Telemetry(settings, overrides);
  }

  /** Variables of the environment that are not followed, one line each, for {@code doctor}. */
  public static List<String> remarks(Map<String, String> environment) {
    return ExportDefaults.remarks(environment);
  }

  /** Where the agent registers what it says about itself. */
  public SelfMetrics self() {
    return self;
  }

  @Override
  public void span(Evidence seen) {
    Evidence evidence =
        seen.at(clock.ofEvent(seen.startEpochNanos()), clock.ofEvent(seen.endEpochNanos()));
    Evidence named = awaited.named(evidence);
    if (named != null) {
      emit(named);
    }
  }

  @Override
  public void measure(Measurement measurement) {
    streams.measure(measurement);
  }

  /**
   * A workload has other names. What has waited for them is exported with them; where something was
   * exported without, its series are exported once more and end, because a resource never changes.
   */
  public void renamed(Workload before, Workload after) {
    if (before.isAwaited()) {
      streams.move(before, after);
      awaited.take(before, after).forEach(this::emit);
    } else {
      streams.endWorkload(before);
    }
  }

  /** Its series are exported once more, then end; a later measurement begins new ones at zero. */
  public void endWorkload(Workload workload) {
    streams.endWorkload(workload);
    resources.end(workload);
    awaited.end(workload);
  }

  /** Present values of the workloads' series, for whoever publishes them by other means. */
  public List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (StreamFamily family : streams.families()) {
      family.forEach((key, stream) -> samples.add(sample(family.metric(), key, stream)));
    }
    return samples;
  }

  /** Lets evidence leave now instead of with the next batch; does not wait. Called after a poll. */
  public void deliver() {
    clock.nowNanos(); // a step of the node's clock is noticed here
    pipeline.deliver();
  }

  /** Sends what is waiting; false if that did not succeed in time. */
  public boolean flush(Duration timeout) {
    return pipeline.flush(timeout);
  }

  /**
   * Sends what is waiting and ends, within four seconds whatever the collector does. Sources of
   * {@link #self} are not read afterwards.
   */
  @Override
  public void close() {
    producer.endWaiting();
    awaited.takeAll().forEach(this::emit);
    if (!pipeline.shutdown(CLOSE_TIMEOUT)) {
      logger.log(
          Level.WARNING,
          "not delivered at the end: {0} spans, {1} log records",
          new Object[] {pipeline.spans().pending(), pipeline.logs().pending()});
    }
    self.end();
  }

  private void emit(Evidence evidence) {
    Resource resource = resources.of(evidence.workload());
    String allowed = allowedExecutables.apply(evidence.workload());
    pipeline.emit(new EvidenceSpan(evidence, allowed, resource, resources.scope()));
    if (EvidenceLog.isMadeOf(evidence)) {
      pipeline.emit(
          new EmittedLog(() -> EvidenceLog.of(evidence, allowed, resource, resources.scope())));
    }
  }

  private static Sample sample(MetricSpec metric, SeriesKey key, Stream stream) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put(AttributeNames.WORKLOAD_KIND.getKey(), key.workload().kind());
    attributes.put(AttributeNames.WORKLOAD_NAME.getKey(), key.workload().name());
    stream.attributes().forEach((name, value) -> attributes.put(name.getKey(), value.toString()));
    return new Sample(metric, attributes, metric.told(stream.value()));
  }

  private void observeOurselves(String version) {
    String kernel = System.getProperty("os.version");
    self.observe(MetricNames.AGENT_INFO, () -> 1, version, kernel, SCHEMA_VERSION);
    self.observe(
        MetricNames.AGENT_HEARTBEAT,
        () -> (double) TimeUnit.NANOSECONDS.toMillis(clock.nowNanos()) / 1000);
    self.observe(MetricNames.AGENT_CLOCK_AHEAD, clock::aheadSeconds);
    self.loss("span_queue_full", pipeline.spans()::refused);
    self.loss("span_export_failed", pipeline.spans()::failed);
    self.loss("log_queue_full", pipeline.logs()::refused);
    self.loss("log_export_failed", pipeline.logs()::failed);
    self.observe(MetricNames.AGENT_EXPORT_FAILURES, pipeline.spans()::failed, "span");
    self.observe(MetricNames.AGENT_EXPORT_FAILURES, pipeline.logs()::failed, "log");
    self.observe(MetricNames.AGENT_EXPORT_FAILURES, pipeline::failedMetrics, "metric");
    self.observe(MetricNames.AGENT_VALUES_CLAMPED, streams::clamped, "negative_measurement");
    for (StreamFamily family : streams.families()) {
      String name = family.metric().name();
      self.observe(MetricNames.AGENT_SERIES_ACTIVE, family::size, name);
      self.observe(MetricNames.AGENT_SERIES_OVERFLOW, family::overflowed, name);
    }
  }

  private static long nowEpochNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }
}
