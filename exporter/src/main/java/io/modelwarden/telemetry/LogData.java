// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.Body;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;

/**
 * A log event as an exporter reads it.
 *
 * @param sentence the body, for people
 * @param span that it stands beside; invalid if there is none
 */
record LogData(
    String eventName,
    String sentence,
    Severity severity,
    SpanContext span,
    long epochNanos,
    long observedEpochNanos,
    Attributes attributes,
    Resource resource,
    InstrumentationScopeInfo scope)
    implements LogRecordData {

  @Override
  public String getEventName() {
    return eventName;
  }

  @Override
  public Value<?> getBodyValue() {
    return Value.of(sentence);
  }

  @Override
  @Deprecated
  public Body getBody() {
    return Body.string(sentence);
  }

  @Override
  public SpanContext getSpanContext() {
    return span;
  }

  @Override
  public Severity getSeverity() {
    return severity;
  }

  @Override
  public String getSeverityText() {
    return severity.name();
  }

  @Override
  public long getTimestampEpochNanos() {
    return epochNanos;
  }

  @Override
  public long getObservedTimestampEpochNanos() {
    return observedEpochNanos;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }

  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return scope;
  }
}
