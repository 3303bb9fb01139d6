// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.modelwarden.session.SpanIdentity;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.jspecify.annotations.Nullable;

/**
 * A span that ended long ago, as the batch processor's queue wants it. It keeps the evidence only:
 * attributes are made when a batch is, so that a full queue stays small.
 */
final class EvidenceSpan implements ReadableSpan {

  private final Evidence evidence;
  private final String allowedExecutables;
  private final Resource resource;
  private final InstrumentationScopeInfo scope;

  EvidenceSpan(
      Evidence evidence,
      String allowedExecutables,
      Resource resource,
      InstrumentationScopeInfo scope) {
    this.evidence = evidence;
    this.allowedExecutables = allowedExecutables;
    this.resource = resource;
    this.scope = scope;
  }

  /** Always sampled: OTEL_TRACES_SAMPLER does not choose among evidence. */
  static SpanContext contextOf(@Nullable SpanIdentity identity) {
    return identity == null
        ? SpanContext.getInvalid()
        : SpanContext.create(
            identity.traceId(),
            identity.spanId(),
            TraceFlags.getSampled(),
            TraceState.getDefault());
  }

  @Override
  public SpanData toSpanData() {
    return new EvidenceSpanData(
        evidence, EvidenceAttributes.of(evidence, allowedExecutables), resource, scope);
  }

  @Override
  public SpanContext getSpanContext() {
    return contextOf(evidence.identity());
  }

  @Override
  public SpanContext getParentSpanContext() {
    return contextOf(evidence.parent());
  }

  @Override
  public String getName() {
    return SpanNames.nameOf(evidence.facts());
  }

  @Override
  public SpanKind getKind() {
    return SpanNames.kindOf(evidence.facts());
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public long getLatencyNanos() {
    return evidence.endEpochNanos() - evidence.startEpochNanos();
  }

  @Override
  public <T> @Nullable T getAttribute(AttributeKey<T> key) {
    return getAttributes().get(key);
  }

  @Override
  public Attributes getAttributes() {
    return EvidenceAttributes.of(evidence, allowedExecutables);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return scope;
  }

  @Override
  @Deprecated
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.empty();
  }
}
