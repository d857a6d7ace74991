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
  "flags",
] as const;
export type Column = (typeof kColumns)[number];

/** Bits of the column `flags`. */
export const Flag = { newBest: 1, nonFinite: 2, clipped: 4, rejected: 8, restarted: 16, changed: 32 } as const;

const kPinned = Flag.nonFinite | Flag.restarted | Flag.changed;
/** More leading numbers of x than these are not kept: they would not fit into a page's memory. */
export const kMostCoordinates = 256;
const kLeastCapacity = 1024; // room for all octaves of iterations
const kFull = 0.75; // of the capacity, at most, is taken after thinning

/**
 * A growing table that thins itself: above `capacity` rows every bucket of consecutive iterates keeps its first,
 * its last, the one with the least and the one with the greatest value, as the server does for ListIterates.
 * Buckets are as wide as they must be, but never wide in the beginning, where a descent goes far: there an octave of
 * iterations has `perOctave` of them.
 */
export class Trace {
  private rows = 0;
  private width = 0;
  private room = 0;
  private readonly columns = new Map<Column, Float64Array>();
  private points = new Float64Array(0);
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
    return this.width;
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
    return this.points.subarray(row * this.width, (row + 1) * this.width);
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
    this.begin(coordinates, batch.elapsedSeconds);
    for (let i = 0; i < batch.iteration.length; ++i) {
      if (!this.make(Number(batch.iteration[i]))) continue;
      this.put("value", batch.value[i] ?? NaN);
      this.put("bestValue", batch.bestValue[i] ?? NaN);
      this.put("gradientNorm", batch.gradientNorm[i] ?? NaN);
      this.put("gradientMax", batch.gradientMax[i] ?? NaN);
      this.put("stepNorm", batch.stepNorm[i] ?? 0);
      this.put("learningRate", batch.learningRate[i] ?? 0);
      this.put("valueEvaluations", Number(batch.valueEvaluations[i] ?? 0));
      this.put("gradientEvaluations", Number(batch.gradientEvaluations[i] ?? 0));
      this.put("hessianProducts", Number(batch.hessianProducts[i] ?? 0));
      this.put("trials", Number(batch.trials[i] ?? 0));
      this.put("violation", batch.violation[i] ?? 0);
      this.put("flags", batch.flags[i] ?? 0);
      for (let k = 0; k < this.width; ++k) {
        this.points[(this.rows - 1) * this.width + k] = (k < coordinates ? batch.x[i * coordinates + k] : NaN) ?? NaN;
      }
    }
  }

  /** Adds the iterates of another trace that are after the last one. */
  extend(other: Trace): void {
    this.begin(other.width, other.elapsedSeconds);
    for (let row = 0; row < other.rows; ++row) {
      if (!this.make(other.at("iteration", row))) continue;
      for (const name of kColumns) this.put(name, other.at(name, row));
      for (let k = 0; k < this.width; ++k) this.points[(this.rows - 1) * this.width + k] = other.x(row)[k] ?? NaN;
    }
  }

  private begin(coordinates: number, elapsedSeconds: number): void {
    if (this.rows === 0) this.width = Math.min(coordinates, kMostCoordinates);
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
    const needed = rows * this.width;
    if (rows > this.room) {
      this.room = Math.max(rows, 2 * this.room);
      for (const name of kColumns) {
        const grown = new Float64Array(this.room);
        grown.set(this.columns.get(name)?.subarray(0, this.rows) ?? []);
        this.columns.set(name, grown);
      }
    }
    if (needed > this.points.length) {
      const grown = new Float64Array(this.room * this.width);
      grown.set(this.points.subarray(0, this.rows * this.width));
      this.points = grown;
    }
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
    this.points.copyWithin(to * this.width, from * this.width, (from + 1) * this.width);
  }
}
