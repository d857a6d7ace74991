// What the JSON of our dashboards must be, by Grafana's own types.
import type {AnnotationQuery, VariableModel} from "@grafana/schema";
import type * as wire from "@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen.d.ts";
import type * as barGauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.d.ts";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts";
import type * as text from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen.d.ts";
import type * as timeSeries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts";

/// T as JSON writes it: an enumerator is its text or number.
type Json<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends (infer U)[] ? Json<U>[]
  : T extends object ? {[K in keyof T]: Json<T[K]>}
  : T;

/// Grafana's types of queries are its data sources'; this is Prometheus'.
interface Target {
  refId: string;
  datasource: wire.DataSourceRef;
  expr: string;
  legendFormat: string;
  format: "time_series" | "table" | "heatmap";
  instant: boolean;
  range: boolean;
}

type Panel<Type extends string, Options, Custom> =
  Json<Omit<wire.Panel, "type" | "options" | "fieldConfig" | "targets">> &
  Required<Json<Pick<wire.Panel, "id" | "title" | "description" | "gridPos">>> & {
    type: Type;
    options: Json<Options>;
    targets: Target[];
    fieldConfig: Json<Omit<wire.FieldConfigSource, "defaults">> & {
      defaults: Json<Omit<wire.FieldConfig, "custom">> & {custom?: Json<Custom>};
    };
  };

type AnyPanel =
  | Panel<"timeseries", timeSeries.Options, timeSeries.FieldConfig>
  | Panel<"stat", stat.Options, never>
  | Panel<"heatmap", heatmap.Options, heatmap.FieldConfig>
  | Panel<"bargauge", barGauge.Options, never>
  | Panel<"table", table.Options, table.FieldConfig>
  | Panel<"text", text.Options, never>;

type Row = Json<Omit<wire.RowPanel, "panels">> & {panels: AnyPanel[]};

/// With what Grafana's Prometheus source adds to an annotation.
type Annotation = Json<Omit<AnnotationQuery, "target">> & {
  expr: string;
  titleFormat: string;
  textFormat: string;
  step: string;
  useValueForTime: boolean;
};

export type Dashboard =
  Json<Omit<wire.Dashboard, "panels" | "templating" | "annotations">> & {
    panels: (AnyPanel | Row)[];
    templating: {list: Json<VariableModel>[]};
    annotations: {list: Annotation[]};
  };
