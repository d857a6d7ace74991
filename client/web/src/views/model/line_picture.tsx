// A model along one of its features: the rows, and the line or curve through them as it moves.
import { useMemo } from "preact/hooks";
import type { Column, Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { number } from "../../app/format";
import type { Scale } from "../../pictures/scale";
import { isCategory } from "../data/data_text";
import { DataPlot, dotKey, Dots, lineKey } from "./plot";
import { curveOf, type Moment, usePredictions } from "./predictions";
import { rangeOf, steps } from "./ranges";
import { useRows } from "./table";

const kPoints = 128; // of the curve

interface Props {
  table: Dataset;
  x: Column;
  target: Column;
  moment: Moment;
  /** Whether other features have their means. */
  others: boolean;
}

export function LinePicture({ table, x, target, moment, others }: Props) {
  const names = useMemo(() => [x.name, target.name], [x.name, target.name]);
  const rows = useRows(table, names);
  const [xs = [], ys = []] = rows ?? [];
  const xRange = useMemo(() => rangeOf(xs), [xs]);
  const yRange = useMemo(() => rangeOf(ys, isCategory(target) ? 0.15 : 0.08), [ys, target]);
  const across = useMemo(() => steps(xRange, kPoints), [xRange]);
  const { answer, problem } = usePredictions(moment, [x.name], across, rows !== undefined);
  const curve = answer ? curveOf(answer) : [];
  const likely = answer !== undefined && curve === answer.scores;
  const up = likely ? `probability of ${target.name} = ${answer.classes[1] ?? ""}` : target.name;
  const ends = curve.length > 0 ? `, the line from ${number(curve[0] as number, 4)} to ${number(curve.at(-1) as number, 4)}` : "";
  return (
    <>
      <DataPlot
        title={`${target.name} by ${x.name}`}
        label={`${target.name} against ${x.name}: ${xs.length} rows${ends}`}
        x={xRange}
        y={yRange}
        xName={x.name}
        yName={up}
        keys={[dotKey(0, "rows"), lineKey(others ? "model, other features at their mean" : "model")]}
      >
        {(toX, toY) => (
          <>
            <Dots xs={xs} ys={ys} x={toX} y={toY} series={0} />
            <Line across={across} curve={curve} x={toX} y={toY} />
          </>
        )}
      </DataPlot>
      {problem && <p class="complaint">{problem.text}</p>}
    </>
  );
}

const kFarPx = 1e5; // a diverging line leaves the picture, not what a browser can draw

function Line({ across, curve, x, y }: { across: number[]; curve: number[]; x: Scale; y: Scale }) {
  let d = "";
  curve.forEach((value, i) => {
    const at = y.at(value);
    if (Number.isFinite(at)) d += `${d === "" ? "M" : "L"}${x.at(across[i] as number).toFixed(1)} ${Math.max(-kFarPx, Math.min(kFarPx, at)).toFixed(1)}`;
  });
  const [first, last] = [curve[0], curve.at(-1)];
  return (
    <g>
      <path class="fit-line-casing" d={d} />
      <path class="fit-line" d={d} data-testid="fit-line" data-first={first} data-last={last} />
    </g>
  );
}
