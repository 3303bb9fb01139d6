// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.ProcessOrigin;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;

/** The log event beside a span, for back ends that take no spans. */
final class EvidenceLog implements ReadWriteLogRecord {

  private final Evidence evidence;
  private final String allowedExecutables;
  private final Resource resource;
  private final InstrumentationScopeInfo scope;

  EvidenceLog(
      Evidence evidence,
      String allowedExecutables,
      Resource resource,
      InstrumentationScopeInfo scope) {
    this.evidence = evidence;
    this.allowedExecutables = allowedExecutables;
    this.resource = resource;
    this.scope = scope;
  }

  /**
   * Whether there is a log event of it. Ordinary file accesses of a workload's own program are as
   * many as its files and say nothing to a SIEM; those of anybody else do.
   */
  static boolean isMadeOf(Evidence evidence) {
    if (evidence.facts() instanceof FileAccessFacts) {
      return ProcessOrigin.of(evidence.process(), evidence.workload()) != ProcessOrigin.ENTRYPOINT;
    }
    return evidence.facts() instanceof EgressFacts || evidence.facts() instanceof MemoryFacts;
  }

  @Override
  public LogRecordData toLogRecordData() {
    return new EvidenceLogData(
        evidence, EvidenceAttributes.of(evidence, allowedExecutables), resource, scope);
  }

  /** Refused: evidence does not change on its way out. */
  @Override
  public <T> ReadWriteLogRecord setAttribute(AttributeKey<T> key, T value) {
    return this;
  }
}
