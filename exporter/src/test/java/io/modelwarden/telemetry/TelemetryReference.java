// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelwarden.event.Flow.Role;
import io.modelwarden.event.Flow.Transport;
import io.modelwarden.session.Evidence.Action;
import io.modelwarden.session.Evidence.Facts;
import io.modelwarden.session.Evidence.SessionFacts;
import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes the reference page from the names in code and from spans that the code made. */
final class TelemetryReference {

  private static final List<Facts> KINDS =
      List.of(
          new SessionFacts(),
          Story.file(Action.READ),
          Story.file(Action.MMAP),
          Story.file(Action.WRITE),
          Story.egress(Role.INITIATED, Transport.TCP),
          Story.egress(Role.ACCEPTED, Transport.TCP),
          Story.egress(Role.UNKNOWN, Transport.TCP),
          Story.egress(Role.INITIATED, Transport.UNIX),
          Story.egress(Role.UNKNOWN, Transport.PIPE),
          Story.memory(),
          Story.blindSpot());

  private TelemetryReference() {}

  /** Writes the page into the repository that is given. */
  public static void main(String[] arguments) throws IOException {
    Files.writeString(pageIn(Path.of(arguments[0])), page(), UTF_8);
  }

  static Path pageIn(Path repository) {
    return repository.resolve("docs/telemetry.md");
  }

  static String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Telemetry reference

        Schema %s. This page is made from the code; a test fails when they differ.

        All metrics are cumulative. A new counter's first export has two points: 0 at its first touch, then the
        value, so that a copy within one export interval is an increase; the zero is repeated until an export has
        arrived. Beyond `metrics.series-limit` series a metric has one more point with `otel.metric.overflow=true`,
        on the agent's own resource; configured models never fall into it. With `metrics.file-paths: false` no metric has
        `file.path`: counters and `modelwarden.file.mapping.size` are the sums over a model's files, and there is no
        `modelwarden.file.size`.

        """
            .formatted(Telemetry.SCHEMA_VERSION));
    metrics(page);
    spans(page);
    logs(page);
    attributes(page);
    defaults(page);
    return page.toString();
  }

  private static void metrics(StringBuilder page) {
    page.append("## Metrics\n\n");
    page.append("| metric | in Prometheus | instrument | unit | attributes | what it says |\n");
    page.append("|---|---|---|---|---|---|\n");
    for (MetricSpec metric : MetricNames.all()) {
      row(
          page,
          code(metric.name()),
          code(metric.prometheusName()),
          metric.instrument().name().toLowerCase(Locale.ROOT).replace('_', '-'),
          metric.unit(),
          metric.attributes().stream()
              .map(AttributeKey::getKey)
              .map(TelemetryReference::code)
              .collect(Collectors.joining(", ")),
          metric.description());
    }
  }

  private static void spans(StringBuilder page) {
    page.append("\n## Spans\n\nEach has start and end of what happened, ");
    page.append("at most 8 links, and as its name `action format` or `send transport`.\n");
    page.append("All have ").append(String.join(", ", keysOf(new SessionFacts()))).append(".\n\n");
    page.append("| example | kind | further attributes |\n|---|---|---|\n");
    for (Facts facts : KINDS) {
      List<String> keys = keysOf(facts);
      keys.removeAll(keysOf(new SessionFacts()));
      row(
          page,
          code(SpanNames.nameOf(facts)),
          SpanNames.kindOf(facts).name(),
          String.join(", ", keys));
    }
    page.append("\n`modelwarden.operation.name` is one of ");
    page.append(codes(SpanNames.operations())).append(".\n\n");
    page.append(
        "A collector's lane adds a child `finding <rule>` to the span that it found, with all ");
    page.append("attributes of that\nand `security_rule.*`: a finding is a span of its own.\n");
  }

  private static void logs(StringBuilder page) {
    page.append(
        "\n## Log events\n\nWith the ids and the attributes of their span, severity WARN, of file accesses and"
            + " blind spots INFO: ");
    List<String> ofSpans = new ArrayList<>(SpanNames.events());
    ofSpans.remove(SpanNames.EVENT_AUDIT_EXEC);
    page.append(codes(ofSpans)).append(".\n\nSeverity INFO, without a span: ");
    page.append(code(SpanNames.EVENT_AUDIT_EXEC));
    page.append(
        ", of [`modelwarden audit`](audit.md) or of a collector that reads the audit file, ");
    page.append("on a resource with the names of the pod.\n");
  }

  private static void attributes(StringBuilder page) {
    page.append("\n## Attributes\n\n");
    page.append("In Prometheus dots are underscores. Sizes are integers, in bytes.\n\n");
    page.append("| attribute | type | what it says |\n|---|---|---|\n");
    for (AttributeNames.Described attribute : AttributeNames.all()) {
      row(
          page,
          code(attribute.key().getKey()),
          attribute.key().getType().name().toLowerCase(Locale.ROOT),
          attribute.description());
    }
  }

  private static void defaults(StringBuilder page) {
    page.append(
        "\n## Export\n\nThe standard `OTEL_*` variables decide. Where they say nothing:\n\n");
    page.append("| variable | default here |\n|---|---|\n");
    Map<String, String> variables = new TreeMap<>();
    ExportDefaults.properties()
        .forEach(
            (name, value) -> variables.put(name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    variables.forEach((name, value) -> row(page, code(name), value));
    page.append(
        """

        Samplers and the preference for delta temporality are not followed: evidence is never sampled, totals are
        always cumulative. `OTEL_CONFIG_FILE` is refused, because it would leave out the agent's own metrics.
        `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` describe the agent, never the workloads.
        `K8S_NODE_NAME` (downward API) sets `k8s.node.name`. What a collector does not take after the exporter's
        repeats is lost and counted in `modelwarden.agent.losses`; metrics heal by themselves.
        """);
    page.append(
        "\nSpans and log events leave after each look at the kernel's counters, without waiting for a full"
            + " batch,\nunless `OTEL_BSP_SCHEDULE_DELAY` or `OTEL_BLRP_SCHEDULE_DELAY` is set.\n");
  }

  private static List<String> keysOf(Facts facts) {
    return EvidenceAttributes.of(Story.evidence(facts), "^/usr/bin/vllm$").asMap().keySet().stream()
        .map(AttributeKey::getKey)
        .sorted()
        .map(TelemetryReference::code)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static void row(StringBuilder page, String... cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String codes(List<String> names) {
    return names.stream().map(TelemetryReference::code).collect(Collectors.joining(", "));
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }
}
