// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.audit.AuditCounts;
import io.modelwarden.audit.AuditRecord;
import io.modelwarden.audit.AuditSink;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Sends audit records to an OpenTelemetry collector, as the standard OTEL_* variables say. */
public final class AuditTelemetry implements AuditSink, AutoCloseable {

  private static final Logger logger = Logger.getLogger(AuditTelemetry.class.getName());
  private static final String SERVICE = "modelwarden-audit";
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(3500);

  private final Resources resources;
  private final String cluster;
  private final SelfMetrics self = new SelfMetrics();
  private final ExportPipeline pipeline;

  private AuditTelemetry(String version, HostIdentity host, Map<String, String> overrides) {
    resources = new Resources(host, version);
    cluster = host.clusterName();
    pipeline =
        new ExportPipeline(
            new SelfProducer(self, resources.scope(), AuditTelemetry::nowEpochNanos),
            (configured, config) -> resources.program(SERVICE, configured, config, version),
            overrides);
    self.observe(MetricNames.AUDIT_RECORDS, pipeline.logs()::failed, "lost");
  }

  /**
   * @throws TelemetryConfigurationException if a variable cannot be followed
   */
  public static AuditTelemetry start(String version, HostIdentity host) {
    return start(version, host, System.getenv(), Map.of());
  }

  static AuditTelemetry start(
      String version,
      HostIdentity host,
      Map<String, String> environment,
      Map<String, String> overrides) {
    ExportDefaults.check(environment);
    return new AuditTelemetry(version, host, overrides);
  }

  /** Exports these counts from now on. */
  public void observe(AuditCounts counts) {
    for (AuditCounts.Request outcome : AuditCounts.Request.values()) {
      self.observe(MetricNames.AUDIT_REQUESTS, () -> counts.of(outcome), SpanNames.label(outcome));
    }
    self.observe(MetricNames.AUDIT_RECORDS, counts::taken, "exported");
    self.observe(MetricNames.AUDIT_RECORDS, counts::others, "other");
  }

  @Override
  public boolean take(List<AuditRecord> records) {
    long now = nowEpochNanos();
    boolean taken =
        pipeline.emitAll(
            records.stream()
                .map(one -> AuditLog.of(one, now, cluster, resources.scope()))
                .map(data -> new EmittedLog(() -> data))
                .toList());
    pipeline.deliver();
    return taken;
  }

  /** Sends what is waiting and ends, within four seconds whatever the collector does. */
  @Override
  public void close() {
    if (!pipeline.shutdown(CLOSE_TIMEOUT)) {
      logger.log(
          Level.WARNING, "not delivered at the end: {0} audit events", pipeline.logs().pending());
    }
  }

  private static long nowEpochNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }
}
