// SPDX-License-Identifier: Apache-2.0
// Draws a board with Grafana's published components, filled with recorded answers of its own queries.
import {
  applyFieldOverrides,
  createTheme,
  DataFrame,
  dateTime,
  FieldConfigOptionsRegistry,
  getDisplayProcessor,
  getFieldDisplayName,
  getFieldDisplayValues,
  identityOverrideProcessor,
  standardTransformers,
  standardTransformersRegistry,
  ThemeContext,
  transformDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { firstValueFrom } from 'rxjs';
import { framesOf } from './frames';
import { Rows } from './rows';

declare const INPUT: { board: any; recorded: any; dark: boolean; width: number };

const { board, recorded, dark, width } = INPUT;
const theme = createTheme({ colors: { mode: dark ? 'dark' : 'light' } });
const COLUMN = width / 24;
const GAP = 8;
const LINE = 30 + GAP;
const TOP = 48;

const properties = ['displayName', 'unit', 'decimals', 'min', 'max', 'thresholds', 'mappings', 'links', 'color', 'noValue'];
const custom = [
  'align', 'cellOptions', 'minWidth', 'width', // tables
  'drawStyle', 'fillOpacity', 'lineWidth', 'showPoints', 'spanNulls', 'stacking', 'thresholdsStyle', 'axisSoftMax', // series
];
const registry = new FieldConfigOptionsRegistry(() =>
  [...properties.map((path) => ({ path, isCustom: false })), ...custom.map((path) => ({ path, isCustom: true }))].map(
    ({ path, isCustom }) => ({
      id: isCustom ? `custom.${path}` : path,
      path,
      isCustom,
      name: path,
      process: identityOverrideProcessor,
      shouldApply: () => true,
      override: () => null as any,
      editor: () => null as any,
    })
  )
);
standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map((transformation: any) => ({
    ...transformation,
    transformation: async () => transformation,
    editor: () => null,
  }))
);

async function prepared(panel: any): Promise<DataFrame[]> {
  const frames = await firstValueFrom(transformDataFrame(panel.transformations ?? [], framesOf(panel, recorded)));
  const applied = applyFieldOverrides({
    data: frames,
    fieldConfig: panel.fieldConfig,
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
    fieldConfigRegistry: registry,
  });
  for (const frame of applied) {
    for (const field of frame.fields) {
      field.state = { ...field.state, displayName: null }; // of before the overrides
      field.state.displayName = getFieldDisplayName(field, frame, applied);
    }
  }
  return applied;
}

const timeRange = {
  from: dateTime(recorded.from * 1000),
  to: dateTime(recorded.to * 1000),
  raw: { from: dateTime(recorded.from * 1000), to: dateTime(recorded.to * 1000) },
};

function values(panel: any, frames: DataFrame[]) {
  return getFieldDisplayValues({
    fieldConfig: panel.fieldConfig,
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: (text) => text,
    theme,
    data: frames,
    timeZone: 'utc',
  });
}

function Content({ panel, frames, width, height }: any) {
  if (!frames.some((frame: DataFrame) => frame.length > 0)) {
    return (
      <div style={{ height, display: 'flex', alignItems: 'center', justifyContent: 'center', color: theme.colors.text.secondary }}>
        {panel.fieldConfig.defaults.noValue}
      </div>
    );
  }
  switch (panel.type) {
    case 'stat':
      return <BigValue theme={theme} width={width} height={height} value={values(panel, frames)[0].display} {...panel.options} />;
    case 'bargauge':
      return (
        <VizRepeater
          source={frames}
          getValues={() => values(panel, frames)}
          renderValue={({ value, width, height, orientation }: any) => (
            <BarGauge
              theme={theme}
              width={width}
              height={height}
              value={value.display}
              field={value.field}
              display={getDisplayProcessor({ field: { config: value.field } as any, theme })}
              orientation={orientation}
              displayMode={panel.options.displayMode}
              namePlacement={panel.options.namePlacement}
              text={value.text}
            />
          )}
          width={width}
          height={height}
          minVizHeight={panel.options.minVizHeight}
          maxVizHeight={panel.options.maxVizHeight}
          orientation={panel.options.orientation}
          itemSpacing={6}
        />
      );
    case 'table':
      return <TableNG data={frames[0]} width={width} height={height} sortBy={panel.options.sortBy} columnMinWidth={70} enableVirtualization={false} />;
    case 'timeseries':
      return <TimeSeries frames={frames} width={width} height={height} timeRange={timeRange as any} timeZone="utc" legend={panel.options.legend} />;
    default:
      return <Rows frames={frames} width={width} height={height} theme={theme} panel={panel} heat={panel.type === 'heatmap'} />;
  }
}

function Placed({ panel, frames }: any) {
  const { x, y, w, h } = panel.gridPos;
  const place = {
    position: 'absolute' as const,
    left: x * COLUMN + GAP,
    top: TOP + y * LINE,
    width: w * COLUMN - GAP,
    height: h * LINE - GAP,
  };
  if (panel.type === 'row') {
    return <h6 style={{ ...place, margin: 0, paddingTop: 6 }}>{panel.title}</h6>;
  }
  return (
    <div style={place}>
      <PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height}>
        {(width, height) => <Content panel={panel} frames={frames} width={width} height={height} />}
      </PanelChrome>
    </div>
  );
}

function Variables() {
  return (
    <div style={{ position: 'absolute', left: GAP, top: 10, display: 'flex', gap: 16, fontSize: 14 }}>
      <b>{board.title}</b>
      {board.templating.list.map((variable: any) => (
        <span key={variable.name} style={{ color: theme.colors.text.secondary }}>
          {variable.label}: <b style={{ color: theme.colors.text.primary }}>{chosen(variable)}</b>
        </span>
      ))}
    </div>
  );
}

function chosen(variable: any) {
  const kinds: Record<string, string> = { prometheus: 'Prometheus', tempo: 'Tempo' };
  return kinds[variable.query] ?? recorded.chosen[variable.name] ?? 'All';
}

async function draw() {
  const panels = await Promise.all(board.panels.map(async (panel: any) => ({ panel, frames: panel.targets ? await prepared(panel) : [] })));
  createRoot(document.getElementById('board')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <Variables />
      {panels.map(({ panel, frames }) => (
        <Placed key={panel.id} panel={panel} frames={frames} />
      ))}
    </ThemeContext.Provider>
  );
}

draw().catch((failure) => {
  console.error('not drawn:', failure.stack ?? failure);
});
