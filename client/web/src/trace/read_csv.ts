// Reads CSV: a header row, then a row an iterate; what "Export" writes has the run in its comments. No DOM.
import { create, fromJsonString } from "@bufbuild/protobuf";
import { type Run, RunSchema, RunState } from "../../gen/thalweg/v1/run_pb";
import { type Variable, VariableSchema } from "../../gen/thalweg/v1/values_pb";
import { BatchMaker } from "./batches";
import { type Column, type Trace, kColumns } from "./trace";
import { csvCells, csvName, normOf } from "./trace_csv";

const kRunComment = /^#\s*run:\s*(\{.*)$/;
const kNumbers: Record<string, number> = { nan: NaN, inf: Infinity, infinity: Infinity, "-inf": -Infinity, "-infinity": -Infinity };

function toNumber(text: string, name: string): number {
  const trimmed = text.trim();
  const special = kNumbers[trimmed.toLowerCase()];
  if (special !== undefined) return special;
  const value = Number(trimmed);
  if (Number.isNaN(value)) throw new Error(`${name}: “${trimmed.slice(0, 40)}” is not a number`);
  return trimmed === "" ? NaN : value;
}

/** Variables whose coordinates are named so: "x", "w[0]", "w[1]"; names that fit nowhere are scalars. */
export function variablesOf(names: string[]): Variable[] {
  const variables: Variable[] = [];
  const lengths = new Map<string, number>();
  for (const name of names) {
    const indexed = /^(\w+)\[[\d, ]+\]$/.exec(name);
    const key = indexed?.[1] ?? name;
    const seen = lengths.get(key);
    if (indexed && seen !== undefined) lengths.set(key, seen + 1);
    else {
      lengths.set(key, 1);
      variables.push(create(VariableSchema, { name: key, shape: indexed ? [1n] : [] }));
    }
  }
  for (const variable of variables) {
    if (variable.shape.length > 0) variable.shape = [BigInt(lengths.get(variable.name) ?? 1)];
  }
  return variables;
}

export class CsvLines {
  private run?: Run;
  private header?: string[];
  /** Of each cell where it belongs: in a column, or among the coordinates of x or the norms of the gradient. */
  private places: { column?: Column; x?: number; norm?: number }[] = [];
  private coordinates: string[] = [];
  private layers = 0;
  private readonly maker: BatchMaker;

  constructor(private readonly trace: Trace) {
    this.maker = new BatchMaker((batch) => this.trace.append(batch));
  }

  line(text: string): void {
    if (text.startsWith("#")) {
      const found = kRunComment.exec(text);
      if (found) this.run = fromJsonString(RunSchema, found[1] as string, { ignoreUnknownFields: true });
      return;
    }
    const cells = csvCells(text);
    if (!cells) throw new Error("a quote is not closed");
    if (!this.header) return this.begin(cells);
    if (cells.length !== this.header.length) throw new Error(`expected ${this.header.length} cells, got ${cells.length}`);
    const row: Partial<Record<Column, number>> = {};
    const x = new Float64Array(this.coordinates.length);
    const norms = new Float64Array(this.layers);
    cells.forEach((cell, i) => {
      const place = this.places[i] ?? {};
      const value = toNumber(cell, (this.header as string[])[i] as string);
      if (place.column) row[place.column] = value;
      else if (place.x !== undefined) x[place.x] = value;
      else if (place.norm !== undefined) norms[place.norm] = value;
    });
    if (!Number.isSafeInteger(row.iteration)) throw new Error("iteration: expected a whole number");
    this.maker.add(row, x, norms);
  }

  private begin(cells: string[]): void {
    const known = new Map<string, Column>(kColumns.map((column) => [csvName(column), column]));
    this.header = cells.map((cell) => cell.trim());
    for (const needed of ["iteration", "value"]) {
      if (!this.header.includes(needed)) throw new Error(`expected a header row with “iteration” and “value”, got “${cells.join(",").slice(0, 60)}”`);
    }
    this.places = this.header.map((name) => {
      const column = known.get(name);
      if (column) return { column };
      return normOf(name) === undefined ? { x: this.coordinates.push(name) - 1 } : { norm: this.layers++ };
    });
  }

  end(): Run {
    this.maker.flush();
    if (!this.header) throw new Error("expected a header row with “iteration” and “value”");
    if (this.run) return this.run;
    const run = create(RunSchema, { state: RunState.FINISHED, variables: variablesOf(this.coordinates) });
    const last = this.trace.length - 1;
    if (last < 0) return run;
    run.iteration = BigInt(this.trace.last);
    run.value = this.trace.at("value", last);
    run.bestValue = this.trace.at("bestValue", last);
    run.gradientNorm = this.trace.at("gradientNorm", last);
    return run;
  }
}
