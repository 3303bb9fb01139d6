// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.Facts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.Body;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;

/** A piece of evidence as a log exporter reads it; the body is a sentence for people. */
record EvidenceLogData(
    Evidence evidence, Attributes attributes, Resource resource, InstrumentationScopeInfo scope)
    implements LogRecordData {

  @Override
  public String getEventName() {
    if (evidence.facts() instanceof FileAccessFacts) {
      return SpanNames.EVENT_FILE_ACCESS;
    }
    return evidence.facts() instanceof MemoryFacts
        ? SpanNames.EVENT_MEMORY_ACCESS
        : SpanNames.EVENT_NETWORK_EGRESS;
  }

  @Override
  public Value<?> getBodyValue() {
    return Value.of(sentence());
  }

  @Override
  @Deprecated
  public Body getBody() {
    return Body.string(sentence());
  }

  private String sentence() {
    String process = evidence.process().executableName();
    Facts facts = evidence.facts();
    if (facts instanceof MemoryFacts memory) {
      return "%s read %d bytes of the memory of %s (%s)"
          .formatted(
              process, memory.sliceBytes(), memory.victim().executableName(), memory.method());
    }
    if (facts instanceof FileAccessFacts file) {
      return "%s: %s %d bytes of %s"
          .formatted(
              process,
              SpanNames.operationOf(file),
              file.sliceBytes(),
              file.path().isEmpty() ? "several files" : file.path());
    }
    EgressFacts egress = (EgressFacts) facts;
    return "%s sent %d bytes to %s (%s), holding %d bytes of model data"
        .formatted(
            process,
            egress.sliceBytes(),
            egress.peer().isEmpty() ? SpanNames.label(egress.transport()) : egress.peer(),
            SpanNames.label(egress.scope()),
            egress.holding().dataBytes());
  }

  @Override
  public SpanContext getSpanContext() {
    return EvidenceSpan.contextOf(evidence.identity());
  }

  @Override
  public Severity getSeverity() {
    return evidence.facts() instanceof FileAccessFacts ? Severity.INFO : Severity.WARN;
  }

  @Override
  public String getSeverityText() {
    return getSeverity().name();
  }

  @Override
  public long getTimestampEpochNanos() {
    return evidence.endEpochNanos();
  }

  @Override
  public long getObservedTimestampEpochNanos() {
    return evidence.endEpochNanos();
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
