// The iterates of a run as columns of bounded length, however long the run is.
import type { IterateBatch } from "../../gen/thalweg/v1/iterate_pb";

/** Columns with one number an iterate, as in v1.IterateBatch. */
export const kColumns = [
  "iteration",
  "value",
  "bestValue",
  "gradientNorm",
  "gradientMax",
  "stepNorm",
  "learningRate",
  "valueEvaluations",
  "gradientEvaluations",
  "hessianProducts",
  "trials",
  "violation",
  "epoch",
  "trainingValue",
  "validationValue",
  "flags",
] as const;
export type Column = (typeof kColumns)[number];

/** What stands in a column where nothing was said. */
export const absent = (column: Column): number => (kUnknown.has(column) ? NaN : 0);
const kUnknown: ReadonlySet<Column> = new Set<Column>([
  "value",
  "bestValue",
  "gradientNorm",
  "gradientMax",
  "trainingValue",
  "validationValue",
]);

/** Bits of the column `flags`. */
export const Flag = { newBest: 1, nonFinite: 2, clipped: 4, rejected: 8, restarted: 16, changed: 32 } as const;

const kPinned = Flag.nonFinite | Flag.restarted | Flag.changed;
/** More leading numbers of x than these are not kept: they would not fit into a page's memory. */
export const kMostCoordinates = 256;
const kLeastCapacity = 1024; // room for all octaves of iterations
const kFull = 0.75; // of the capacity, at most, is taken after thinning

/** Several numbers for each row of a table. */
class Block {
  /** Of a row. */
  width = 0;
  private values = new Float64Array(0);

  row(row: number): Float64Array {
    return this.values.subarray(row * this.width, (row + 1) * this.width);
  }
  /** Makes room for `rows`, of which `kept` are there. */
  reserve(rows: number, kept: number): void {
    if (rows * this.width <= this.values.length) return;
    const grown = new Float64Array(rows * this.width);
    grown.set(this.values.subarray(0, kept * this.width));
    this.values = grown;
  }
  /** Row `row` is what `source` has from `offset` on; NaN behind its end. */
  put(row: number, source: ArrayLike<number>, offset: number, count: number): void {
    for (let k = 0; k < this.width; ++k) {
      this.values[row * this.width + k] = (k < count ? source[offset + k] : NaN) ?? NaN;
    }
  }
  move(from: number, to: number): void {
    this.values.copyWithin(to * this.width, from * this.width, (from + 1) * this.width);
  }
}

/**
 * A growing table that thins itself: above `capacity` rows every bucket of consecutive iterates keeps its first,
 * its last, the one with the least and the one with the greatest value, as the server does for ListIterates.
 * Buckets are as wide as they must be, but never wide in the beginning, where a descent goes far: there an octave of
 * iterations has `perOctave` of them.
 */
export class Trace {
  private rows = 0;
  private room = 0;
  private readonly columns = new Map<Column, Float64Array>();
  private readonly points = new Block();
  private readonly norms = new Block();
  /** Seconds of stepping when the last iterate was made. */
  elapsedSeconds = 0;

  readonly capacity: number;
  private readonly perOctave: number;
  private widest = 1; // bucket, in iterations; a power of two

  constructor(capacity = 16_384) {
    this.capacity = Math.max(capacity, kLeastCapacity);
    this.perOctave = this.capacity >> 8;
    this.reserve(256);
  }

  get length(): number {
    return this.rows;
  }
  /** How many leading numbers of x each iterate has. */
  get coordinates(): number {
    return this.points.width;
  }
  /** How many norms of the gradient, by variable, each iterate has; 0: the model has no layers. */
  get layers(): number {
    return this.norms.width;
  }
  get first(): number {
    return this.rows > 0 ? this.at("iteration", 0) : -1;
  }
  get last(): number {
    return this.rows > 0 ? this.at("iteration", this.rows - 1) : -1;
  }

  /** Whether iterates between the first and the last were left out, here or by the server. */
  get thinned(): boolean {
    return this.rows > 0 && this.last - this.first + 1 > this.rows;
  }

  /** All rows of a column; valid until the next append. */
  column(name: Column): Float64Array {
    return (this.columns.get(name) as Float64Array).subarray(0, this.rows);
  }
  at(name: Column, row: number): number {
    return (this.columns.get(name) as Float64Array)[row] as number;
  }
  /** The traced part of x; valid until the next append. */
  x(row: number): Float64Array {
    return this.points.row(row);
  }
  /** Norms of the gradient by variable; valid until the next append. */
  layerNorms(row: number): Float64Array {
    return this.norms.row(row);
  }

  /** The row of the last iterate not after `iteration`; -1: there is none. */
  rowOf(iteration: number): number {
    const iterations = this.column("iteration");
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((iterations[middle] as number) <= iteration) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Adds iterates; those that are not after the last one are known already and are passed over. */
  append(batch: IterateBatch): void {
    const coordinates = Number(batch.coordinates);
    const layers = Number(batch.variables);
    this.begin(coordinates, layers, batch.elapsedSeconds);
    for (let i = 0; i < batch.iteration.length; ++i) {
      if (!this.make(Number(batch.iteration[i]))) continue;
      for (const name of kColumns) {
        if (name !== "iteration") this.put(name, Number(batch[name][i] ?? absent(name)));
      }
      this.points.put(this.rows - 1, batch.x, i * coordinates, coordinates);
      this.norms.put(this.rows - 1, batch.variableGradientNorm, i * layers, layers);
    }
  }

  /** Adds the iterates of another trace that are after the last one. */
  extend(other: Trace): void {
    this.begin(other.coordinates, other.layers, other.elapsedSeconds);
    for (let row = 0; row < other.rows; ++row) {
      if (!this.make(other.at("iteration", row))) continue;
      for (const name of kColumns) this.put(name, other.at(name, row));
      this.points.put(this.rows - 1, other.x(row), 0, other.coordinates);
      this.norms.put(this.rows - 1, other.layerNorms(row), 0, other.layers);
    }
  }

  private begin(coordinates: number, layers: number, elapsedSeconds: number): void {
    if (this.rows === 0) {
      this.points.width = Math.min(coordinates, kMostCoordinates);
      this.norms.width = Math.min(layers, kMostCoordinates);
    }
    this.elapsedSeconds = Math.max(this.elapsedSeconds, elapsedSeconds);
  }

  /** Makes room for a row behind the last; false: `iteration` is known already. */
  private make(iteration: number): boolean {
    if (this.rows > 0 && iteration <= this.last) return false;
    if (this.rows >= this.capacity) this.thin();
    this.reserve(this.rows + 1);
    ++this.rows;
    this.put("iteration", iteration);
    return true;
  }

  /** Sets a cell of the last row. */
  private put(name: Column, value: number): void {
    (this.columns.get(name) as Float64Array)[this.rows - 1] = value;
  }

  private reserve(rows: number): void {
    if (rows > this.room) {
      this.room = Math.max(rows, 2 * this.room);
      for (const name of kColumns) {
        const grown = new Float64Array(this.room);
        grown.set(this.columns.get(name)?.subarray(0, this.rows) ?? []);
        this.columns.set(name, grown);
      }
    }
    for (const block of [this.points, this.norms]) block.reserve(this.room, rows - 1);
  }

  /** Puts what is new into buckets as wide as those before; makes all of them wider where there is no room. */
  private thin(): void {
    this.merge();
    const range = this.last - this.first;
    while (this.rows > kFull * this.capacity && this.widest <= range) {
      this.widest *= 2;
      this.merge();
    }
  }

  /** The first of the iterations, counted from the first row's, that share a bucket with `at`. */
  private bucket(at: number): number {
    const octave = Math.floor(Math.log2(Math.max(at / this.perOctave, 1)));
    const width = Math.min(2 ** octave, this.widest);
    return Math.floor(at / width) * width;
  }

  private merge(): void {
    const iteration = this.column("iteration");
    const value = this.column("value");
    const flags = this.column("flags");
    const first = this.first;
    const bucket = (row: number) => this.bucket((iteration[row] as number) - first);
    let pins = this.capacity >> 3;
    let kept = 0;
    for (let from = 0, to = 0; from < this.rows; from = to) {
      const here = bucket(from);
      let least = from;
      let greatest = from;
      for (to = from; to < this.rows && bucket(to) === here; ++to) {
        if ((value[to] as number) < (value[least] as number)) least = to;
        if ((value[to] as number) > (value[greatest] as number)) greatest = to;
      }
      for (let row = from; row < to; ++row) {
        const pinned = ((flags[row] as number) & kPinned) !== 0 && pins-- > 0;
        if (row === from || row === to - 1 || row === least || row === greatest || pinned) this.move(row, kept++);
      }
    }
    this.rows = kept;
  }

  private move(from: number, to: number): void {
    if (from === to) return;
    for (const column of this.columns.values()) column[to] = column[from] as number;
    for (const block of [this.points, this.norms]) block.move(from, to);
  }
}
