// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/** A piece of evidence as an exporter reads it. */
record EvidenceSpanData(
    Evidence evidence, Attributes attributes, Resource resource, InstrumentationScopeInfo scope)
    implements SpanData {

  @Override
  public String getName() {
    return SpanNames.nameOf(evidence.facts());
  }

  @Override
  public SpanKind getKind() {
    return SpanNames.kindOf(evidence.facts());
  }

  @Override
  public SpanContext getSpanContext() {
    return EvidenceSpan.contextOf(evidence.identity());
  }

  @Override
  public SpanContext getParentSpanContext() {
    return EvidenceSpan.contextOf(evidence.parent());
  }

  @Override
  public StatusData getStatus() {
    return StatusData.unset();
  }

  @Override
  public long getStartEpochNanos() {
    return evidence.startEpochNanos();
  }

  @Override
  public long getEndEpochNanos() {
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
  public List<EventData> getEvents() {
    return List.of();
  }

  @Override
  public int getTotalRecordedEvents() {
    return 0;
  }

  @Override
  public List<LinkData> getLinks() {
    return evidence.links().stream()
        .map(link -> LinkData.create(EvidenceSpan.contextOf(link)))
        .toList();
  }

  @Override
  public int getTotalRecordedLinks() {
    return evidence.links().size();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public Resource getResource() {
    return resource;
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
