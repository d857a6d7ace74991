// A trace: bounded, in order, with its extremes.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type IterateBatch, IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { sections } from "../../../client/web/src/trace/sections";
import { Flag, Trace, kMostCoordinates } from "../../../client/web/src/trace/trace";

interface Row {
  iteration: number;
  value?: number;
  flags?: number;
  x?: number[];
}

function batchOf(rows: Row[]): IterateBatch {
  return create(IterateBatchSchema, {
    iteration: rows.map(({ iteration }) => BigInt(iteration)),
    value: rows.map(({ value }) => value ?? 0),
    bestValue: rows.map(({ value }) => value ?? 0),
    gradientNorm: rows.map(() => 1),
    gradientMax: rows.map(() => 1),
    stepNorm: rows.map(() => 0),
    learningRate: rows.map(() => 0),
    valueEvaluations: rows.map(({ iteration }) => BigInt(iteration + 1)),
    gradientEvaluations: rows.map(({ iteration }) => BigInt(iteration + 1)),
    flags: rows.map(({ flags }) => flags ?? 0),
    x: rows.flatMap(({ x }) => x ?? []),
    coordinates: BigInt(rows[0]?.x?.length ?? 0),
  });
}

const traceOf = (rows: Row[], capacity?: number): Trace => {
  const trace = new Trace(capacity);
  for (const row of rows) trace.append(batchOf([row]));
  return trace;
};

const numbered = (length: number, value: (i: number) => number): Row[] =>
  Array.from({ length }, (_, iteration) => ({ iteration, value: value(iteration) }));

describe("A trace", () => {
  it("keeps every iterate in order, with its columns and its x", () => {
    const trace = new Trace();
    trace.append(batchOf([{ iteration: 0, value: 5, x: [1, 2] }, { iteration: 1, value: 4, x: [3, 4] }]));
    trace.append(batchOf([{ iteration: 2, value: 3, x: [5, 6] }]));

    assert.deepEqual([...trace.column("iteration")], [0, 1, 2]);
    assert.deepEqual([...trace.column("value")], [5, 4, 3]);
    assert.deepEqual([...trace.column("valueEvaluations")], [1, 2, 3]);
    assert.deepEqual([...trace.x(2)], [5, 6]);
    assert.deepEqual([trace.first, trace.last, trace.coordinates, trace.thinned], [0, 2, 2, false]);
  });

  it("passes over iterates that it has, so that a stream may repeat itself", () => {
    const trace = traceOf([{ iteration: 0, value: 3 }, { iteration: 1, value: 2 }]);
    trace.append(batchOf([{ iteration: 1, value: 99 }, { iteration: 0, value: 99 }, { iteration: 2, value: 1 }]));

    assert.deepEqual([...trace.column("value")], [3, 2, 1]);
  });

  it("knows that it has gaps", () => {
    assert.equal(traceOf([{ iteration: 10 }, { iteration: 11 }]).thinned, false, "one that begins late has none");
    assert.equal(traceOf([{ iteration: 0 }, { iteration: 5 }]).thinned, true);
    assert.equal(new Trace().thinned, false);
  });

  it("finds the row of an iteration, or of the last before it", () => {
    const trace = traceOf([{ iteration: 2 }, { iteration: 5 }, { iteration: 9 }]);

    assert.deepEqual([1, 2, 4, 5, 8, 9, 1e9].map((iteration) => trace.rowOf(iteration)), [-1, 0, 0, 1, 1, 2, 2]);
    assert.equal(new Trace().rowOf(3), -1);
  });

  it("has no more rows than its capacity, however long the run", () => {
    const trace = new Trace(1_024);
    for (let i = 0; i < 30_000; ++i) {
      trace.append(batchOf([{ iteration: i, value: Math.sin(i), flags: i % 3 === 0 ? Flag.restarted : 0 }]));
      assert.ok(trace.length <= trace.capacity);
    }
    assert.deepEqual([trace.first, trace.last, trace.thinned], [0, 29_999, true]);
    assert.ok([...trace.column("iteration")].every((iteration, row, all) => row === 0 || iteration > (all[row - 1] as number)));
  });

  it("is thinned evenly: what is old is no coarser than what is new, and the beginning is finer", () => {
    const length = 100_000;
    const trace = traceOf(numbered(length, (i) => -i), 1_024);
    const iterations = [...trace.column("iteration")];

    const gaps = iterations.slice(1).map((iteration, row) => iteration - (iterations[row] as number));
    assert.ok(Math.max(...gaps) <= (4 * length) / trace.capacity * 2, "no gap is much wider than rows are many");
    assert.deepEqual(iterations.slice(0, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
    const between = (from: number, to: number) => iterations.filter((iteration) => iteration >= from && iteration < to).length;
    assert.ok(between(100, 1_000) >= 10, "octaves near the beginning have their share");
  });

  it("keeps the least and the greatest value when it thins, and the x that belongs to them", () => {
    const value = (i: number) => (i === 7_777 ? -1000 : i === 7_778 ? 1000 : Math.cos(i));
    const rows = numbered(30_000, value).map((row) => ({ ...row, x: [row.iteration, -row.iteration] }));
    const trace = traceOf(rows, 1_024);

    const values = [...trace.column("value")];
    const least = values.indexOf(Math.min(...values));
    assert.ok(trace.thinned);
    assert.deepEqual([Math.min(...values), Math.max(...values)], [-1000, 1000]);
    assert.equal(trace.at("iteration", least), 7_777);
    assert.deepEqual([...trace.x(least)], [7_777, -7_777]);
  });

  it("keeps iterates that are not finite, restarts and changes, while they are few", () => {
    const flags: Record<number, number> = { 1_003: Flag.nonFinite, 3_335: Flag.restarted, 5_005: Flag.changed };
    const rows = numbered(30_000, (i) => -i).map((row) => ({ ...row, flags: flags[row.iteration] ?? 0 }));
    const trace = traceOf(rows, 1_024);

    const kept = new Set(trace.column("iteration"));
    assert.ok(!kept.has(20_001), "others are not");
    for (const iteration of Object.keys(flags)) assert.ok(kept.has(Number(iteration)), `${iteration} stays`);
  });

  it("keeps its ends where values are NaN", () => {
    const trace = traceOf(numbered(5_000, () => NaN), 1_024);
    assert.deepEqual([trace.first, trace.last, trace.thinned], [0, 4_999, true]);
  });

  it("has room for the greatest iterations there are", () => {
    const trace = new Trace(1_024);
    for (let i = 0; i < 5_000; ++i) trace.append(batchOf([{ iteration: Math.floor(1.0065 ** i) + i, value: i % 2 }]));
    assert.ok(trace.length <= trace.capacity);
  });

  it("keeps no more coordinates than fit into a page's memory", () => {
    const x = Array.from({ length: kMostCoordinates + 10 }, (_, k) => k);
    const trace = traceOf([{ iteration: 0, x }, { iteration: 1, x: x.map((each) => 2 * each) }]);

    assert.equal(trace.coordinates, kMostCoordinates);
    assert.deepEqual([...trace.x(1).subarray(0, 3)], [0, 2, 4]);
  });

  it("is extended by another one behind its end", () => {
    const trace = traceOf([{ iteration: 0, value: 9, x: [1] }, { iteration: 1, value: 8, x: [2] }]);
    trace.extend(traceOf([{ iteration: 1, value: 99, x: [99] }, { iteration: 4, value: 7, x: [3] }]));

    assert.deepEqual([...trace.column("value")], [9, 8, 7]);
    assert.deepEqual([...trace.x(2)], [3]);
  });
});

describe("The sections of a run's past", () => {
  it("cover every iterate once, each four times as long as the one before", () => {
    const all = sections(0, 1_000_000);
    assert.deepEqual(all.slice(0, 3), [{ from: 0, to: 499 }, { from: 500, to: 2_499 }, { from: 2_500, to: 10_499 }]);
    assert.equal(all.at(-1)?.to, 1_000_000);
    all.forEach(({ from }, i) => assert.equal(from, i === 0 ? 0 : (all[i - 1]?.to ?? NaN) + 1));
    assert.ok(all.length < 10);
  });

  it("begin where a forked run does", () => {
    assert.deepEqual(sections(100, 120), [{ from: 100, to: 120 }]);
    assert.deepEqual(sections(5, 4), []);
  });
});
