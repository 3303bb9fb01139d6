// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.audit.AuditRecord;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The log event of an audit record. */
final class AuditLog {

  private AuditLog() {}

  static LogData of(
      AuditRecord record, long observedEpochNanos, String cluster, InstrumentationScopeInfo scope) {
    return new LogData(
        SpanNames.EVENT_AUDIT_EXEC,
        sentence(record),
        Severity.INFO,
        SpanContext.getInvalid(),
        nanos(record.time()),
        observedEpochNanos,
        attributesOf(record),
        resourceOf(record, cluster),
        scope);
  }

  /** The pod's, as far as the API server says: one query finds this beside the pod's own events. */
  private static Resource resourceOf(AuditRecord record, String cluster) {
    AttributesBuilder resource = Attributes.builder();
    put(resource, AttributeNames.CLUSTER_NAME, cluster);
    put(resource, AttributeNames.NODE_NAME, record.node());
    put(resource, AttributeNames.NAMESPACE_NAME, record.namespace());
    put(resource, AttributeNames.POD_NAME, record.pod());
    put(resource, AttributeNames.CONTAINER_NAME, record.container());
    return Resource.create(resource.build(), Resources.SCHEMA_URL);
  }

  static Attributes attributesOf(AuditRecord record) {
    AttributesBuilder to = Attributes.builder();
    put(to, AttributeNames.USER_NAME, record.user());
    put(to, AttributeNames.USER_GROUPS, record.groups());
    put(to, AttributeNames.IMPERSONATED_USER, record.impersonated());
    put(to, AttributeNames.CLIENT_ADDRESS, record.client());
    put(to, AttributeNames.PEER_ADDRESS, record.peer());
    put(to, AttributeNames.USER_AGENT, record.userAgent());
    put(to, AttributeNames.AUDIT_SUBRESOURCE, record.subresource());
    put(to, AttributeNames.AUDIT_STAGE, record.stage());
    put(to, AttributeNames.AUDIT_ID, record.id());
    put(to, AttributeNames.COMMAND_ARGS, record.command());
    if (record.received() != null) {
      to.put(AttributeNames.AUDIT_REQUEST_TIME, record.received().toString());
    }
    if (record.status() > 0) {
      to.put(AttributeNames.RESPONSE_STATUS, (long) record.status());
    }
    return to.build();
  }

  private static void put(AttributesBuilder to, AttributeKey<String> key, String value) {
    if (!value.isEmpty()) {
      to.put(key, value);
    }
  }

  private static void put(
      AttributesBuilder to, AttributeKey<List<String>> key, List<String> value) {
    if (!value.isEmpty()) {
      to.put(key, value);
    }
  }

  private static String sentence(AuditRecord record) {
    return "%s: %s of %s/%s by %s, %s%s"
        .formatted(
            record.user().isEmpty() ? "nobody known" : record.user(),
            record.subresource(),
            record.namespace(),
            record.pod(),
            record.peer().isEmpty() ? "an unknown address" : record.peer(),
            record.stage(),
            record.status() > 0 ? " with " + record.status() : "");
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }
}
