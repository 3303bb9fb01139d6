// SPDX-License-Identifier: Apache-2.0
// What Grafana's published types allow in the JSON of a dashboard. An unknown key is an error.
import type { DataLink } from '@grafana/data';
import type { Dashboard } from '@grafana/schema';
import type * as BarGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as StateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** As it stands in JSON, where an enumeration is a string. */
type Json<T> = 0 extends 1 & T
  ? T
  : T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends object
        ? { [K in keyof T]: Json<T[K]> }
        : T;

export type Board = Json<Dashboard>;
export type Link = Json<DataLink>;

export interface Options {
  bargauge: Json<BarGauge.Options>;
  heatmap: Json<Heatmap.Options>;
  stat: Json<Stat.Options>;
  'state-timeline': Json<StateTimeline.Options>;
  table: Json<Table.Options>;
  timeseries: Json<TimeSeries.Options>;
}

/** What stands in fieldConfig.defaults.custom. */
export interface Custom {
  bargauge: Record<string, never>;
  heatmap: Json<Heatmap.FieldConfig>;
  stat: Record<string, never>;
  'state-timeline': Json<StateTimeline.FieldConfig>;
  table: Json<Partial<Table.FieldConfig>>;
  timeseries: Json<TimeSeries.FieldConfig>;
}
