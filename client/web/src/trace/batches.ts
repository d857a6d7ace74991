// Between batches of the wire and rows of a trace. No DOM.
import { create } from "@bufbuild/protobuf";
import { type IterateBatch, IterateBatchSchema } from "../../gen/thalweg/v1/iterate_pb";
import { type Column, type Trace, absent, kColumns, kMostCoordinates } from "./trace";

const kCounts: readonly Column[] = ["iteration", "valueEvaluations", "gradientEvaluations", "hessianProducts", "trials"];
const kRows = 1_000; // of a batch

const count = (value: number): bigint => BigInt(Number.isFinite(value) ? Math.trunc(value) : 0);

/** Gathers rows and hands them on in batches. */
export class BatchMaker {
  private batch = create(IterateBatchSchema);

  constructor(private readonly take: (batch: IterateBatch) => void) {}

  /** `x` and `norms` have the same length in all rows. */
  add(row: Partial<Record<Column, number>>, x: ArrayLike<number>, norms: ArrayLike<number> = []): void {
    const { batch } = this;
    batch.coordinates = BigInt(Math.min(x.length, kMostCoordinates));
    batch.variables = BigInt(norms.length);
    for (const name of kColumns) {
      const value = row[name] ?? absent(name);
      if (kCounts.includes(name)) (batch[name] as bigint[]).push(count(value));
      else (batch[name] as number[]).push(value);
    }
    for (let k = 0; k < Number(batch.coordinates); ++k) batch.x.push(x[k] ?? NaN);
    for (let k = 0; k < norms.length; ++k) batch.variableGradientNorm.push(norms[k] ?? NaN);
    if (batch.iteration.length >= kRows) this.flush();
  }

  flush(): void {
    if (this.batch.iteration.length === 0) return;
    this.take(this.batch);
    this.batch = create(IterateBatchSchema);
  }
}

/** A trace in batches, as the server would send it. */
export function batchesOf(trace: Trace): IterateBatch[] {
  const batches: IterateBatch[] = [];
  const maker = new BatchMaker((batch) => batches.push(batch));
  for (let row = 0; row < trace.length; ++row) {
    maker.add(Object.fromEntries(kColumns.map((name) => [name, trace.at(name, row)])), trace.x(row), trace.layerNorms(row));
  }
  maker.flush();
  return batches;
}
