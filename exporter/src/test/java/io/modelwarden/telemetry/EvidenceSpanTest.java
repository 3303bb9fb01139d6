// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.session.Evidence;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.Facts;
import io.modelwarden.session.Evidence.SessionFacts;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EvidenceSpanTest {

  private final Resources resources = new Resources(Story.HOST, "0.1");

  static Arguments[] kinds() {
    return new Arguments[] {
      Arguments.of(new SessionFacts(), "model_access", SpanKind.INTERNAL),
      Arguments.of(Story.file(Action.READ), "read safetensors", SpanKind.INTERNAL),
      Arguments.of(Story.file(Action.MMAP), "mmap safetensors", SpanKind.INTERNAL),
      Arguments.of(Story.file(Action.WRITE), "write safetensors", SpanKind.INTERNAL),
      Arguments.of(Story.egress(Role.INITIATED, Transport.TCP), "send tcp", SpanKind.CLIENT),
      Arguments.of(Story.egress(Role.ACCEPTED, Transport.TCP), "send tcp", SpanKind.SERVER),
      Arguments.of(Story.egress(Role.UNKNOWN, Transport.UDP), "send udp", SpanKind.INTERNAL),
      Arguments.of(Story.egress(Role.UNKNOWN, Transport.PIPE), "send pipe", SpanKind.INTERNAL),
      Arguments.of(Story.memory(), "read_memory process", SpanKind.INTERNAL),
    };
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void nameAndKind_followFacts(Facts facts, String name, SpanKind kind) {
    SpanData span = exported(Story.evidence(facts));
    assertThat(span.getName()).isEqualTo(name);
    assertThat(span.getKind()).isEqualTo(kind);
    assertThat(span.getAttributes()).isEqualTo(EvidenceAttributes.of(Story.evidence(facts), ""));
  }

  @Test
  void batchProcessor_keepsIdsTimesLinksAndResource() {
    SpanData span = exported(Story.evidence(Story.file(Action.READ)));
    assertThat(span.getTraceId()).isEqualTo(Story.SPAN.traceId());
    assertThat(span.getSpanId()).isEqualTo(Story.SPAN.spanId());
    assertThat(span.getParentSpanId()).isEqualTo(Story.ROOT.spanId());
    assertThat(span.getStartEpochNanos()).isEqualTo(Story.EPOCH_NANOS);
    assertThat(span.getEndEpochNanos()).isEqualTo(Story.EPOCH_NANOS + 5_000_000_000L);
    assertThat(span.getLinks())
        .singleElement()
        .satisfies(
            link -> {
              SpanContext context = link.getSpanContext();
              assertThat(context.getTraceId()).isEqualTo(Story.LINKED.traceId());
              assertThat(context.getSpanId()).isEqualTo(Story.LINKED.spanId());
            });
    assertThat(span.getResource()).isSameAs(resources.of(Story.SERVER));
    assertThat(span.getInstrumentationScopeInfo()).isSameAs(resources.scope());
  }

  @Test
  void memoryRead_makesWarningWithItsSpansIds() {
    LogRecordData log = logged(Story.evidence(Story.memory()));
    assertThat(log.getEventName()).isEqualTo("modelwarden.memory.access");
    assertThat(log.getSeverity()).isEqualTo(Severity.WARN);
    assertThat(log.getSpanContext().getTraceId()).isEqualTo(Story.SPAN.traceId());
    assertThat(log.getSpanContext().getSpanId()).isEqualTo(Story.SPAN.spanId());
    assertThat(log.getBodyValue().asString())
        .isEqualTo("python3 accessed 65536 bytes of the memory of vllm (process_vm_readv)");
    assertThat(log.getAttributes())
        .isEqualTo(EvidenceAttributes.of(Story.evidence(Story.memory()), ""));
  }

  @Test
  void egress_makesWarningWithPeer() {
    LogRecordData log = logged(Story.evidence(Story.egress(Role.INITIATED, Transport.TCP)));
    assertThat(log.getEventName()).isEqualTo("modelwarden.network.egress");
    assertThat(log.getBodyValue().asString())
        .isEqualTo(
            "python3 sent 1000000 bytes to 203.0.113.9 (public), holding 13000000000 bytes of"
                + " model data");
    assertThat(log.getTimestampEpochNanos()).isEqualTo(Story.EPOCH_NANOS + 5_000_000_000L);
  }

  @Test
  void outputOfAnExecSession_makesWarningWithoutPeer() {
    LogRecordData log = logged(Story.evidence(Story.egress(Role.UNKNOWN, Transport.PIPE)));
    assertThat(log.getEventName()).isEqualTo("modelwarden.network.egress");
    assertThat(log.getSeverity()).isEqualTo(Severity.WARN);
    assertThat(log.getBodyValue().asString())
        .isEqualTo(
            "python3 sent 1000000 bytes to pipe (exec_stdio), holding 13000000000 bytes of model"
                + " data");
  }

  @Test
  void fileAccessFromTheHost_isALogEvent() {
    LogRecordData log = logged(Story.onTheHost(Story.evidence(Story.file(Action.READ))));
    assertThat(log.getEventName()).isEqualTo("modelwarden.file.access");
    assertThat(log.getSeverity()).isEqualTo(Severity.INFO);
    assertThat(log.getBodyValue().asString())
        .isEqualTo("python3: read 4096 bytes of /models/llama/1.safetensors");
    assertThat(log.getAttributes().get(AttributeNames.PROCESS_ORIGIN)).isEqualTo("host");
  }

  @Test
  void blindSpot_isALogEventThatWarnsNobody() {
    LogRecordData log = logged(Story.evidence(Story.blindSpot()));
    assertThat(log.getEventName()).isEqualTo("modelwarden.blind_spot");
    assertThat(log.getSeverity()).isEqualTo(Severity.INFO);
    assertThat(log.getBodyValue().asString()).isEqualTo("python3: loop_device 7:0");
    assertThat(log.getAttributes().get(AttributeNames.BLIND_SPOT_SIZE)).isEqualTo(4096);
  }

  @Test
  void fileAccessOfTheEntrypoint_makesNoLogEvent() {
    assertThat(EvidenceLog.isMadeOf(Story.evidence(Story.file(Action.READ)))).isFalse();
    assertThat(EvidenceLog.isMadeOf(Story.evidence(new SessionFacts()))).isFalse();
  }

  private SpanData exported(Evidence evidence) {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    try (BatchSpanProcessor processor = BatchSpanProcessor.builder(exporter).build()) {
      processor.onEnd(
          new EvidenceSpan(evidence, "", resources.of(evidence.workload()), resources.scope()));
      assertThat(processor.forceFlush().join(5, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(exporter.getFinishedSpanItems()).hasSize(1);
      return exporter.getFinishedSpanItems().get(0);
    }
  }

  private LogRecordData logged(Evidence evidence) {
    assertThat(EvidenceLog.isMadeOf(evidence)).isTrue();
    InMemoryLogRecordExporter exporter = InMemoryLogRecordExporter.create();
    SimpleLogRecordProcessor.builder(exporter)
        .build()
        .onEmit(
            Context.root(),
            new EmittedLog(
                () ->
                    EvidenceLog.of(
                        evidence, "", resources.of(evidence.workload()), resources.scope())));
    return exporter.getFinishedLogRecordItems().get(0);
  }
}
