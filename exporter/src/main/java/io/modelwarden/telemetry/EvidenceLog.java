// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.BlindSpotFacts;
import io.modelwarden.session.Evidence.EgressFacts;
import io.modelwarden.session.Evidence.Facts;
import io.modelwarden.session.Evidence.FileAccessFacts;
import io.modelwarden.session.Evidence.MemoryFacts;
import io.modelwarden.session.Evidence.SessionFacts;
import io.modelwarden.session.ProcessOrigin;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;

/** The log event beside a span, for back ends that take no spans. */
final class EvidenceLog {

  private EvidenceLog() {}

  /**
   * Whether there is a log event of it. Ordinary file accesses of a workload's own program are as
   * many as its files and say nothing to a SIEM; those of anybody else do.
   */
  static boolean isMadeOf(Evidence evidence) {
    if (evidence.facts() instanceof FileAccessFacts) {
      return ProcessOrigin.of(evidence.process(), evidence.workload()) != ProcessOrigin.ENTRYPOINT;
    }
    return !(evidence.facts() instanceof SessionFacts);
  }

  static LogData of(
      Evidence evidence,
      String allowedExecutables,
      Resource resource,
      InstrumentationScopeInfo scope) {
    Facts facts = evidence.facts();
    return new LogData(
        eventName(facts),
        sentence(evidence.process().executableName(), facts),
        isOrdinary(facts) ? Severity.INFO : Severity.WARN,
        EvidenceSpan.contextOf(evidence.identity()),
        evidence.endEpochNanos(),
        evidence.endEpochNanos(),
        EvidenceAttributes.of(evidence, allowedExecutables),
        resource,
        scope);
  }

  private static boolean isOrdinary(Facts facts) {
    return facts instanceof FileAccessFacts || facts instanceof BlindSpotFacts;
  }

  private static String eventName(Facts facts) {
    if (facts instanceof FileAccessFacts) {
      return SpanNames.EVENT_FILE_ACCESS;
    }
    if (facts instanceof BlindSpotFacts) {
      return SpanNames.EVENT_BLIND_SPOT;
    }
    return facts instanceof MemoryFacts
        ? SpanNames.EVENT_MEMORY_ACCESS
        : SpanNames.EVENT_NETWORK_EGRESS;
  }

  private static String sentence(String process, Facts facts) {
    if (facts instanceof MemoryFacts memory) {
      return "%s accessed %d bytes of the memory of %s (%s)"
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
    if (facts instanceof BlindSpotFacts spot) {
      return "%s: %s %s".formatted(process, spot.kind(), spot.device()).strip();
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
}
