// A model of classes over two of its features: the rows, and the boundary between the classes as it moves.
import { useMemo } from "preact/hooks";
import type { Column, Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import type { Predictions } from "../../../gen/thalweg/v1/model_service_pb";
import type { Key } from "../../pictures/frame";
import type { Scale } from "../../pictures/scale";
import { DataPlot, dotKey, Dots, type Range } from "./plot";
import { type Moment, usePredictions } from "./predictions";
import { gridPoints, rangeOf } from "./ranges";
import { classesOf, kGrid, regionsOf } from "./regions";
import { useRows } from "./table";

const kMostKeys = 8;

interface Props {
  table: Dataset;
  x: Column;
  y: Column;
  target: Column;
  moment: Moment;
  others: boolean;
}

export function ClassPicture({ table, x, y, target, moment, others }: Props) {
  const names = useMemo(() => [x.name, y.name, target.name], [x.name, y.name, target.name]);
  const rows = useRows(table, names);
  const [xs = [], ys = [], codes = []] = rows ?? [];
  const xRange = useMemo(() => rangeOf(xs), [xs]);
  const yRange = useMemo(() => rangeOf(ys), [ys]);
  const points = useMemo(() => gridPoints(xRange, yRange, kGrid), [xRange, yRange]);
  const { answer, problem } = usePredictions(moment, [x.name, y.name], points, rows !== undefined);
  const values = useMemo(() => classesOf(target, codes), [target, codes]);
  const keys: Key[] = values.slice(0, kMostKeys).map(({ text }, k) => dotKey(k, text));
  return (
    <>
      <DataPlot
        title={`${target.name} by ${x.name} and ${y.name}`}
        label={`${x.name} and ${y.name} of ${xs.length} rows by ${target.name}, with the boundary between the classes`}
        x={xRange}
        y={yRange}
        xName={x.name}
        yName={y.name}
        keys={keys}
      >
        {(toX, toY) => (
          <>
            {answer && <Field answer={answer} xRange={xRange} yRange={yRange} x={toX} y={toY} />}
            {values.map(({ code }, k) => (
              <Dots key={code} xs={xs} ys={ys} x={toX} y={toY} series={k} of={codes} group={code} />
            ))}
          </>
        )}
      </DataPlot>
      {others && <p class="quiet">The other features have their means.</p>}
      {problem && <p class="complaint">{problem.text}</p>}
    </>
  );
}

function Field({ answer, xRange, yRange, x, y }: { answer: Predictions; xRange: Range; yRange: Range; x: Scale; y: Scale }) {
  const regions = useMemo(() => regionsOf(answer), [answer]);
  const cellX = (x.at(xRange[1]) - x.at(xRange[0])) / (kGrid - 1);
  const cellY = (y.at(yRange[1]) - y.at(yRange[0])) / (kGrid - 1);
  const transform = `translate(${x.at(xRange[0])} ${y.at(yRange[0])}) scale(${cellX} ${cellY}) translate(-0.5 -0.5)`;
  return (
    <g transform={transform} data-testid="field">
      <g style={{ opacity: 0.5 }}>
        <rect width={kGrid} height={kGrid} style={{ fill: regions.ground }} />
        {regions.fills.map(({ path, fill }, i) => (
          <path key={i} class="field-band" d={path} style={{ fill }} />
        ))}
      </g>
      {regions.boundaries.map((path, i) => (
        <path key={i} class="boundary" d={path} data-testid="boundary" />
      ))}
    </g>
  );
}
