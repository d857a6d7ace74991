// Curves of learning over epochs, from a trace. No DOM.
import type { Variable } from "../../../gen/thalweg/v1/values_pb";
import type { Mark, Series } from "../../charts/convergence";
import type { Trace } from "../../trace/trace";

export interface Learning {
  /** Epochs, not decreasing; iterations where a run has no epochs. */
  x: Float64Array;
  xLabel: "epoch" | "iteration";
  curves: Series[];
  /** Norms of the gradient by variable; none of models without layers. */
  layers: Series[];
  /** The best of validation, or of training. */
  best?: { row: number; value: number; of: "validation" | "training" };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
const positive = (value: number): number | null => (value > 0 && Number.isFinite(value) ? value : null);
const anyOf = (values: (number | null)[]): boolean => values.some((value) => value !== null);

/** The row of the least number; undefined: there is none. */
function leastRow(values: (number | null)[]): number | undefined {
  let best: number | undefined;
  values.forEach((value, row) => {
    if (value !== null && (best === undefined || value < (values[best] as number))) best = row;
  });
  return best;
}

/** `batched`: steps see some of the rows, so that an iterate's value is of its batch. */
export function learningOf(trace: Trace, variables: Pick<Variable, "name">[], batched: boolean): Learning {
  const column = (name: "value" | "trainingValue" | "validationValue") => Array.from(trace.column(name), finite);
  const value = column("value");
  const training = batched ? column("trainingValue") : value;
  const validation = column("validationValue");
  const curves: Series[] = [
    ...(batched ? [{ id: "batch", label: "value of the batch", values: value, colour: 7, faint: true }] : []),
    { id: "training", label: "training", values: training, colour: 0, sparse: batched },
    { id: "validation", label: "validation", values: validation, colour: 1, sparse: true },
  ].filter(({ values }) => anyOf(values));
  const epochs = trace.column("epoch");
  const counted = trace.length > 0 && (epochs[epochs.length - 1] as number) > 0;
  const layers = Array.from({ length: trace.layers }, (_, k): Series => ({
    id: `layer-${k}`,
    label: variables[k]?.name ?? String(k),
    values: Array.from({ length: trace.length }, (_, row) => positive(trace.layerNorms(row)[k] as number)),
    colour: k,
    dashed: k >= 8,
  })).filter(({ values }) => anyOf(values));
  const of = anyOf(validation) ? "validation" : "training";
  const measured = of === "validation" ? validation : training;
  const row = leastRow(measured);
  return {
    x: Float64Array.from(counted ? epochs : trace.column("iteration")),
    xLabel: counted ? "epoch" : "iteration",
    curves,
    layers,
    ...(row === undefined ? {} : { best: { row, value: measured[row] as number, of } }),
  };
}

/** A mark at the best, where it is not simply the last. */
export const bestMark = ({ x, best }: Learning): Mark[] =>
  best ? [{ x: x[best.row] as number, text: `best of ${best.of}`, kind: "good" }] : [];
