// SPDX-License-Identifier: Apache-2.0
// Answers of Prometheus and spans of OTLP as the frames that Grafana's data sources make of them.
import { DataFrame, Field, FieldType, toDataFrame } from '@grafana/data';

interface Series {
  metric: Record<string, string>;
  value?: [number, string];
  values?: Array<[number, string]>;
}

function legend(format: string, labels: Record<string, string>) {
  const filled = format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');
  return format === '__auto' ? Object.values(labels).join(' ') || 'Value' : filled;
}

function overTime(target: any, series: Series): DataFrame {
  const { __name__, ...labels } = series.metric;
  const points = series.values ?? [series.value!];
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: points.map(([at]) => at * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels,
        config: { displayNameFromDS: legend(target.legendFormat ?? '__auto', labels) },
        values: points.map(([, value]) => Number(value)),
      },
    ],
  });
}

/** One row for each series; with several queries the values are told apart by their letters. */
function asTable(target: any, answer: Series[], alone: boolean): DataFrame {
  const labels = [...new Set(answer.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: answer.map(({ value }) => value![0] * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: answer.map(({ metric }) => metric[label] ?? ''),
      })),
      {
        name: alone ? 'Value' : `Value #${target.refId}`,
        type: FieldType.number,
        values: answer.map(({ value }) => Number(value![1])),
      },
    ],
  });
}

/** Missing steps are gaps: Grafana fills them in by the step of the query. */
function withGaps(frame: DataFrame, from: number, to: number, step: number): DataFrame {
  const [time, value] = frame.fields;
  const known = new Map(time.values.map((at, index) => [at, value.values[index]]));
  const times = [];
  for (let at = from * 1000; at <= to * 1000; at += step * 1000) {
    times.push(at);
  }
  const filled: Field[] = [
    { ...time, values: times },
    { ...value, values: times.map((at) => known.get(at) ?? null) },
  ];
  return { ...frame, length: times.length, fields: filled };
}

export function framesOf(panel: any, recorded: any): DataFrame[] {
  return panel.targets.flatMap((target: any): DataFrame[] => {
    if (target.queryType === 'traceql') {
      return [tracesOf(target, recorded.spans)];
    }
    const answer: Series[] = recorded.panels[panel.id]?.[target.refId] ?? [];
    if (target.format === 'table') {
      return answer.length ? [asTable(target, answer, panel.targets.length === 1)] : [];
    }
    const frames = answer.map((series) => overTime(target, series));
    return target.range ? frames.map((each) => withGaps(each, +recorded.from, +recorded.to, +recorded.step)) : frames;
  });
}

/** What Tempo's search shows of spans: the columns that the query selects. */
function tracesOf(target: any, spans: any[]): DataFrame {
  const attribute = (span: any, key: string) => {
    const value = span.attributes.find((each: any) => each.key === key)?.value ?? {};
    return value.stringValue ?? (value.intValue === undefined ? undefined : Number(value.intValue));
  };
  const milliseconds = (nanos: string) => Number(BigInt(nanos) / 1000000n);
  const selected = /select\(([^)]*)\)/.exec(target.query)![1].split(', ').map((name) => name.replace('span.', ''));
  const sessions = target.query.includes('"model_access"');
  const wanted = spans.filter((span) =>
    sessions ? span.name === 'model_access' : attribute(span, 'modelwarden.operation.name') === 'egress'
  );
  const text = (name: string, value: (span: any) => string) => ({ name, type: FieldType.string, values: wanted.map(value) });
  return toDataFrame({
    refId: target.refId,
    fields: [
      text('traceService', () => 'llm'),
      text('traceName', () => 'model_access'),
      text('spanID', (span) => span.spanId),
      { name: 'time', type: FieldType.time, values: wanted.map((span) => milliseconds(span.startTimeUnixNano)) },
      text('name', (span) => span.name),
      ...selected.map((key) => {
        const values = wanted.map((span) => attribute(span, key));
        const numbers = values.some((value) => typeof value === 'number');
        return { name: key, type: numbers ? FieldType.number : FieldType.string, values };
      }),
      {
        name: 'duration',
        type: FieldType.number,
        values: wanted.map((span) => Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano))),
      },
    ],
  });
}
