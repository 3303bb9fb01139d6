// SPDX-License-Identifier: Apache-2.0
// State timeline and heat map are not among Grafana's published components: rows of cells in SVG, with
// the colours, texts and fonts that Grafana's theme and field configuration give.
import { DataFrame, GrafanaTheme2, getDisplayProcessor, getFieldDisplayName } from '@grafana/data';
import { interpolateOranges } from 'd3-scale-chromatic';
import * as React from 'react';

interface Props {
  frames: DataFrame[];
  width: number;
  height: number;
  theme: GrafanaTheme2;
  panel: any;
}

const LEGEND = 24;
const AXIS = 18;
const CHARACTER = 7.2;

export function Rows(props: Props & { heat: boolean }) {
  const { frames, width, height, theme, panel, heat } = props;
  const names = frames.map((frame) => getFieldDisplayName(frame.fields[1], frame, frames));
  const left = Math.min(width / 3, Math.max(...names.map((name) => name.length)) * CHARACTER + 12);
  const times: number[] = frames[0].fields[0].values;
  const row = (height - LEGEND - AXIS) / frames.length;
  const cell = (width - left) / times.length;
  const most = Math.max(...frames.flatMap((frame) => frame.fields[1].values));
  const color = heat ? heatColor(most, theme) : stateColor(frames[0], theme);
  const text = { fill: theme.colors.text.primary, fontSize: 12, fontFamily: theme.typography.fontFamily };
  return (
    <svg width={width} height={height}>
      {frames.map((frame, index) => (
        <g key={index} transform={`translate(0 ${index * row})`}>
          <text {...text} x={left - 8} y={row / 2 + 4} textAnchor="end">
            {clip(names[index], left)}
          </text>
          {frame.fields[1].values.map((value: number | null, at: number) => (
            <rect key={at} x={left + at * cell} y={row * 0.08} width={cell + (heat ? -1 : 0.4)} height={row * 0.84} fill={color(value)} />
          ))}
        </g>
      ))}
      {[0, 0.25, 0.5, 0.75].map((part) => (
        <text key={part} {...text} x={left + part * (width - left)} y={height - LEGEND - 4} fill={theme.colors.text.secondary}>
          {new Date(times[Math.floor(part * times.length)]).toISOString().slice(11, 19)}
        </text>
      ))}
      {heat ? <Scale {...props} left={left} most={most} text={text} /> : <States {...props} text={text} />}
    </svg>
  );
}

function clip(name: string, width: number) {
  const room = Math.floor((width - 8) / CHARACTER);
  return name.length > room ? name.slice(0, room - 1) + '…' : name;
}

function stateColor(frame: DataFrame, theme: GrafanaTheme2) {
  const display = getDisplayProcessor({ field: frame.fields[1], theme });
  return (value: number | null) => (value === null ? 'transparent' : display(value).color!);
}

function heatColor(most: number, theme: GrafanaTheme2) {
  return (value: number | null) => {
    if (!value) {
      return 'transparent';
    }
    const share = Math.sqrt(value / most);
    return interpolateOranges(theme.isDark ? 1 - share : share);
  };
}

function States({ panel, height, text, theme }: any) {
  const states: Array<{ text: string; color: string }> = Object.values(panel.fieldConfig.defaults.mappings[0].options);
  let x = 8;
  return states.map((state) => {
    const at = x;
    x += state.text.length * CHARACTER + 34;
    return (
      <g key={state.text} transform={`translate(${at} ${height - 8})`}>
        <rect y={-6} width={14} height={4} fill={theme.visualization.getColorByName(state.color)} />
        <text {...text} x={20}>
          {state.text}
        </text>
      </g>
    );
  });
}

function Scale({ frames, height, left, most, text, theme }: any) {
  const color = heatColor(most, theme);
  const display = getDisplayProcessor({ field: frames[0].fields[1], theme });
  return (
    <g transform={`translate(${left} ${height - 16})`}>
      <text {...text} y={10}>
        0
      </text>
      {Array.from({ length: 40 }, (_, at) => (
        <rect key={at} x={14 + at * 4} width={4} height={10} fill={color(((at + 1) / 40) * most)} />
      ))}
      <text {...text} x={180} y={10}>
        {display(most).text}
        {display(most).suffix}
      </text>
    </g>
  );
}
