// How a model learns: the value of its batches, of training and of validation over epochs; gradients by layer.
import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { number } from "../../app/format";
import { allPositive, type Range } from "../../charts/axis";
import { nearestRow } from "../../charts/convergence";
import { LineChart } from "../../charts/line_chart";
import { isBatched } from "../../trace/batched";
import type { RunModel } from "../../trace/run_model";
import type { Playback } from "../run/playback";
import { bestMark, learningOf } from "./learning";

export function LearningCurves({ model, run, playback }: { model: RunModel; run: Run; playback: Playback }) {
  const { trace } = model;
  const version = model.version.value;
  const learning = useMemo(() => learningOf(trace, run.variables, isBatched(run)), [trace, version, run.variables, run.batches]);
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const zoom = useSignal<Range | undefined>(undefined);
  const logarithmic = useSignal(false);
  const cursor = useComputed(() => {
    const iteration = playback.iteration.value;
    const row = iteration === undefined ? -1 : model.trace.rowOf(iteration);
    return row < 0 ? undefined : learning.x[row];
  });
  if (trace.length === 0) return <p class="empty">No iterates yet.</p>;
  const { x, xLabel, curves, layers, best } = learning;
  const positive = allPositive(curves.map(({ values }) => values));
  const pick = (at: number) => {
    const row = nearestRow(x, at);
    if (row < 0) return;
    playback.pause();
    playback.seek(trace.at("iteration", row));
  };
  const toggle = (id: string) => {
    const next = new Set(hidden.value);
    if (!next.delete(id)) next.add(id);
    hidden.value = next;
  };
  const shared = {
    xLabel,
    x,
    zoom: zoom.value,
    onZoom: (range: Range | undefined) => (zoom.value = range),
    cursor,
    onPick: pick,
    hidden: hidden.value,
    onToggle: toggle,
    group: "learning",
  };
  return (
    <>
      <div class="chart-tools">
        <label class="check">
          <input
            type="checkbox"
            checked={logarithmic.value && positive}
            disabled={!positive}
            onChange={({ currentTarget }) => (logarithmic.value = currentTarget.checked)}
          />{" "}
          logarithmic
        </label>
        {best && (
          <span data-testid="best-learnt">
            Best of {best.of}: {number(best.value, 5)} at {xLabel} {number(x[best.row] as number, 4)}
          </span>
        )}
      </div>
      <LineChart
        {...shared}
        title="Learning"
        labelled={layers.length === 0}
        series={curves}
        scale={logarithmic.value && positive ? "log" : "linear"}
        marks={bestMark(learning)}
      />
      {layers.length > 0 && <LineChart {...shared} title="Gradient by layer" labelled series={layers} scale="log" marks={[]} />}
    </>
  );
}
