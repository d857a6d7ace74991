// How a descent converges: its value, and what should become small, over iterations or evaluations.
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { attempt } from "../app/notices";
import { place, setQuery } from "../app/router";
import type { RunModel } from "../trace/run_model";
import type { Trace } from "../trace/trace";
import { type Range, type Scale, allPositive } from "./axis";
import { type ChartDrawing } from "./chart_svg";
import { type Convergence, type Mark, type Over, type Reference, abscissa, bestOf, convergenceOf, marksOf, nearestRow } from "./convergence";
import { LineChart } from "./line_chart";
import { iterationsOf, zoomed } from "./zoom";

export interface ConvergenceProps {
  model: RunModel;
  /** f*, where it is known. */
  minimum: number | undefined;
  /** Where larger values are better. */
  ascent: boolean;
  cursor: ReadonlySignal<number | undefined>;
  onPick: (iteration: number) => void;
  /** Asks for all that there is in a range of iterations; undefined: the trace is all there is. */
  detail?: ((from: number, to: number, abort: AbortSignal) => Promise<Trace>) | undefined;
  /** Told what is drawn, for exports. */
  onDrawing?: (charts: Drawn[]) => void;
}

/** A chart as it is shown, but for its colours. */
export type Drawn = Omit<ChartDrawing, "colours">;

const kTitles = { values: "Value", measures: "Convergence" } as const;

export function ConvergenceCharts(props: ConvergenceProps) {
  const { model, minimum, ascent, cursor, onPick, detail, onDrawing } = props;
  const { query } = place.value;
  const over: Over = query.get("over") === "evaluations" ? "evaluations" : "iteration";
  const zoomText = query.get("zoom");
  const zoom = useMemo(() => parseZoom(zoomText), [zoomText]);
  const hiddenText = query.get("hide") ?? "";
  const hidden = useMemo(() => new Set(hiddenText.split(" ").filter(Boolean)), [hiddenText]);
  const fine = useSignal<Trace | undefined>(undefined);

  // In a part of a thinned trace the server knows more.
  useEffect(() => {
    fine.value = undefined;
    const whole = model.trace;
    if (!zoom || !detail || !whole.thinned) return;
    const abort = new AbortController();
    const [from, to] = iterationsOf(whole, over, zoom);
    void attempt(async () => {
      const trace = await detail(from, to, abort.signal).catch((error: unknown) => {
        if (abort.signal.aborted) return undefined;
        throw error;
      });
      if (trace && trace.length > 0 && !abort.signal.aborted) fine.value = trace;
    });
    return () => abort.abort();
  }, [zoom, over, detail]);

  const trace = fine.value ?? model.trace;
  const version = model.version.value;
  const reference: Reference = { value: minimum ?? bestOf(model.trace, model.run.value?.objective?.kind.case === "model"), known: minimum !== undefined };
  const curves = useMemo<Convergence>(
    () => convergenceOf(trace, over, reference, ascent),
    [trace, version, over, reference.value, reference.known, ascent],
  );
  const marks = useMemo<Mark[]>(() => marksOf(trace, over), [trace, version, over]);
  const positive = useMemo(() => allPositive(curves.values.map(({ values }) => values)), [curves]);
  const scales: Record<"values" | "measures", Scale> = {
    values: positive && query.get("yvalue") === "log" ? "log" : "linear",
    measures: query.get("y") === "linear" ? "linear" : "log",
  };

  const at = useComputed(() => {
    const iteration = cursor.value;
    if (iteration === undefined) return undefined;
    const row = model.trace.rowOf(iteration);
    return row < 0 ? undefined : abscissa(model.trace, place.value.query.get("over") === "evaluations" ? "evaluations" : "iteration", row);
  });
  const pick = (x: number) => {
    const row = nearestRow(curves.x, x);
    if (row >= 0) onPick(trace.at("iteration", row));
  };
  const onZoom = (range: Range | undefined) => setQuery({ zoom: range?.map((end) => Number(end.toPrecision(7))).join("..") });
  const onToggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setQuery({ hide: next.size > 0 ? [...next].join(" ") : undefined });
  };

  const xLabel = over === "iteration" ? "iteration" : "evaluations";
  const charts = (["values", "measures"] as const).filter((which) => curves[which].length > 0);
  onDrawing?.(
    charts.map((which) => ({
      title: kTitles[which],
      xLabel,
      x: curves.x,
      series: curves[which].filter(({ id }) => !hidden.has(id)),
      scale: scales[which],
      zoom,
      marks,
    })),
  );
  if (trace.length === 0 || model.trace.length === 0) return <p class="empty">No iterates yet.</p>;
  const counted = abscissa(model.trace, "evaluations", model.trace.length - 1) > 0;
  const whole: Range = [curves.x[0] as number, curves.x[curves.x.length - 1] as number];
  return (
    <div class="convergence">
      <div class="chart-tools">
        <label>
          Over{" "}
          <select aria-label="Over" value={over} onChange={(event) => setQuery({ over: event.currentTarget.value === "evaluations" ? "evaluations" : undefined, zoom: undefined })}>
            <option value="iteration">iterations</option>
            <option value="evaluations" disabled={!counted}>
              evaluations
            </option>
          </select>
        </label>
        <label>
          Value{" "}
          <select
            aria-label="Value axis"
            value={scales.values}
            disabled={!positive}
            title={positive ? undefined : "A logarithmic axis needs positive values"}
            onChange={(event) => setQuery({ yvalue: event.currentTarget.value === "log" ? "log" : undefined })}
          >
            <option value="linear">linear</option>
            <option value="log">logarithmic</option>
          </select>
        </label>
        <label>
          Convergence{" "}
          <select aria-label="Convergence axis" value={scales.measures} onChange={(event) => setQuery({ y: event.currentTarget.value === "linear" ? "linear" : undefined })}>
            <option value="log">logarithmic</option>
            <option value="linear">linear</option>
          </select>
        </label>
        <span class="row" role="group" aria-label="Zoom of the charts">
          <button type="button" onClick={() => onZoom(zoomed(zoom ?? whole, at.value, 0.5, whole))}>
            Zoom in
          </button>
          <button type="button" disabled={!zoom} onClick={() => onZoom(zoomed(zoom ?? whole, at.value, 2, whole))}>
            Zoom out
          </button>
          <button type="button" disabled={!zoom} onClick={() => onZoom(undefined)}>
            All
          </button>
        </span>
      </div>
      {charts.map((which, i) => (
        <LineChart
          key={which}
          labelled={i === charts.length - 1}
          title={kTitles[which]}
          xLabel={xLabel}
          x={curves.x}
          series={curves[which]}
          scale={scales[which]}
          marks={marks}
          zoom={zoom}
          onZoom={onZoom}
          cursor={at}
          onPick={pick}
          hidden={hidden}
          onToggle={onToggle}
        />
      ))}
    </div>
  );
}

function parseZoom(text: string | null): Range | undefined {
  const [from, to] = (text ?? "").split("..").map(Number);
  return from !== undefined && to !== undefined && Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : undefined;
}
