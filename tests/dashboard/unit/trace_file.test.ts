// Trace files: written, read, refused.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type IterateBatch, IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { Verdict } from "../../../client/web/gen/thalweg/v1/certificate_pb";
import { type Run, RunSchema, RunState, TerminationReason } from "../../../client/web/gen/thalweg/v1/run_pb";
import { BatchMaker, batchesOf } from "../../../client/web/src/trace/batches";
import { variablesOf } from "../../../client/web/src/trace/read_csv";
import { csvCells, csvHead, csvRows } from "../../../client/web/src/trace/trace_csv";
import { openTraceFile, readTraceFile } from "../../../client/web/src/trace/trace_file";
import { jsonBatch, jsonHead, kJsonEnd } from "../../../client/web/src/trace/trace_json";
import { Flag, kColumns } from "../../../client/web/src/trace/trace";

const kRun = create(RunSchema, {
  name: "runs/a",
  displayName: 'a "name", with a comma',
  state: RunState.FINISHED,
  objective: { kind: { case: "expression", value: "sum((w-1)**2) + b**2" } },
  variables: [
    { name: "w", shape: [2n] },
    { name: "b", shape: [] },
  ],
  iteration: 3n,
  termination: { reason: TerminationReason.CONVERGED, detail: "done" },
  events: [{ iteration: 2n, code: "restart", text: "why not" }],
});

const kBatch = create(IterateBatchSchema, {
  iteration: [0n, 1n, 2n, 3n],
  value: [2, 0.1, NaN, Infinity],
  bestValue: [2, 0.1, 0.1, 0.1],
  gradientNorm: [1.5, 1e-300, NaN, -Infinity],
  gradientMax: [1, 1, 1, 1],
  stepNorm: [0, 0.30000000000000004, 1, 1],
  learningRate: [0, 0.1, 0.1, 0.1],
  valueEvaluations: [1n, 2n, 3n, 9007199254740991n],
  gradientEvaluations: [1n, 2n, 3n, 4n],
  hessianProducts: [0n, 1n, 1n, 1n],
  trials: [0n, 3n, 0n, 0n],
  violation: [0, 0, 0.5, 0],
  epoch: [0, 0.5, 1, 1.5],
  trainingValue: [2, NaN, 1.5, NaN],
  validationValue: [3, NaN, 0.1, NaN],
  variableGradientNorm: [1, 2, 0.5, 1e-9, NaN, 1, 3, 4],
  variables: 2n,
  flags: [1, 1, Flag.nonFinite, Flag.nonFinite | Flag.restarted],
  x: [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3],
  coordinates: 3n,
});

const jsonOf = (run: Run, batches: IterateBatch[]): string =>
  jsonHead(run) + batches.map((batch, i) => jsonBatch(batch, i === 0)).join("") + kJsonEnd;
const csvOf = (run: Run, batches: IterateBatch[]): string => csvHead(run, run.variables, 3, 2) + batches.map(csvRows).join("");

function assertSame(text: string): void {
  const { trace, run, events } = openTraceFile(text);
  for (const column of kColumns) assert.deepEqual([...trace.column(column)], Array.from(kBatch[column], Number), column);
  assert.deepEqual([...trace.x(3)], [3, 3, 3]);
  assert.deepEqual([...trace.layerNorms(1)], [0.5, 1e-9]);
  assert.equal(run.value?.name, "runs/a");
  assert.equal(run.value.displayName, kRun.displayName);
  assert.equal(run.value.termination?.reason, TerminationReason.CONVERGED);
  assert.equal(events.value.length, 1);
}

describe("A trace file", () => {
  it("as JSON brings the same run and the same numbers back, to the last bit", () => assertSame(jsonOf(kRun, [kBatch])));

  it("as CSV does so too", () => assertSame(csvOf(kRun, [kBatch])));

  it("as JSON may be formatted otherwise, on one line or on many", () => {
    const value = JSON.parse(jsonOf(kRun, [kBatch])) as object;
    assertSame(JSON.stringify(value));
    assertSame(JSON.stringify(value, null, 2));
  });

  it("may have Windows' line breaks and a byte order mark", () => {
    assertSame(`\uFEFF${csvOf(kRun, [kBatch]).replaceAll("\n", "\r\n")}`);
    assertSame(jsonOf(kRun, [kBatch]).replaceAll("\n", "\r\n"));
  });

  it("is the same read in slices", async () => {
    const { trace } = await readTraceFile(new Blob([jsonOf(kRun, [kBatch])]));
    assert.deepEqual([...trace.column("iteration")], [0, 1, 2, 3]);
  });

  it("of many iterates is thinned as it is read: its memory is bounded", async () => {
    const pieces = [csvHead(kRun, kRun.variables, 3)];
    for (let i = 0; i < 100_000; ++i) pieces.push(`${i},${Math.sin(i / 50)},0,1,1,0,0,1,1,0,0,0,0,NaN,NaN,0,1,2,3\n`);
    const { trace } = await readTraceFile(new Blob(pieces));
    assert.ok(trace.length <= trace.capacity && trace.thinned);
    assert.deepEqual([trace.first, trace.last], [0, 99_999]);
  });

  it("is what was exported, also of a thinned trace", () => {
    const { trace } = openTraceFile(jsonOf(kRun, [kBatch]));
    assertSame(jsonOf(kRun, batchesOf(trace)));
  });
});

describe("A CSV of others", () => {
  it("needs an iteration and a value; other columns are coordinates", () => {
    const { trace, run } = openTraceFile("iteration,value,w[0],w[1],b\n0,4,1,2,3\n1,3,4,5,6\n");
    assert.deepEqual([...trace.column("value")], [4, 3]);
    assert.deepEqual([...trace.x(1)], [4, 5, 6]);
    assert.deepEqual(run.value?.variables.map(({ name, shape }) => [name, shape.map(Number)]), [["w", [2]], ["b", []]]);
    assert.ok(Number.isNaN(trace.at("gradientNorm", 0)), "what is not known is not 0");
  });

  it("may quote its cells", () => {
    assert.deepEqual(csvCells('a,"b, ""c""",,d'), ["a", 'b, "c"', "", "d"]);
    assert.deepEqual(csvCells(""), [""]);
    assert.equal(csvCells('"open'), undefined);
  });

  it("names its variables by its columns", () => {
    assert.deepEqual(
      variablesOf(["x", "W[0, 0]", "W[0, 1]", "loss rate"]).map(({ name, shape }) => [name, shape.map(Number)]),
      [["x", []], ["W", [2]], ["loss rate", []]],
    );
  });
});

describe("What `thalweg minimize --json` prints", () => {
  const lines = [
    '{"event":"state","run":"runs/b","state":"running"}',
    '{"iteration":0,"value":5.25,"best_value":5.25,"gradient_norm":5,"step_norm":0,"learning_rate":0,"x":{"x":0,"w":[1,2]}}',
    '{"event":"changed","iteration":1,"text":"learning_rate 0.1 -> 0.01"}',
    '{"iteration":1,"value":"Infinity","best_value":5.25,"gradient_norm":null,"step_norm":0.5,"learning_rate":0.1,"x":{"x":0.5,"w":["NaN",4]},"trials":2,"flags":["non_finite","changed"]}',
    '{"event":"gap","from_iteration":2,"to_iteration":8,"reason":"live"}',
    '{"event":"connection_lost","code":"UNAVAILABLE","message":"gone"}',
  ];
  const result =
    '{"result":true,"run":"runs/b","state":"finished","reason":"non_finite","criterion":"non_finite","measured":"NaN","threshold":0,"detail":"the value is Infinity","iterations":1,"evaluations":2,"gradient_evaluations":2,"hessian_products":0,"value":"Infinity","x":{"x":0.5,"w":[3,4]},"best":{"iteration":0,"value":5.25,"gradient_norm":5,"x":{"x":0,"w":[1,2]}},"last":{"iteration":1,"value":"Infinity","gradient_norm":null,"x":{"x":0.5,"w":["NaN",4]}},"findings":[{"code":"overflow","text":"It grew.","evidence":"much","informational":false,"suggested_settings":{"learning_rate":0.01},"suggested_optimizer":null,"suggested_stopping":["iterations=10"],"suggested_start":null}],"certificate":{"verdict":"not_stationary","text":"there is a way on","iteration":0,"gradient_norm":5,"gradient_max":5,"curvature":{"least":2,"greatest":2,"condition":"Infinity","resolution":1e-12,"exact":true},"active_bounds":[{"coordinate":"x","side":"upper","bound":1,"multiplier":3}],"active_bound_count":1,"distance":null,"gap":2.5,"fit":null},"events":[{"iteration":1,"code":"changed","text":"learning_rate 0.1 -> 0.01"}],"elapsed_seconds":0.5}';

  it("is read with its iterates, its flags and its end", () => {
    const { trace, run, events } = openTraceFile([...lines, result].join("\n"));
    assert.deepEqual([...trace.column("value")], [5.25, Infinity]);
    assert.deepEqual([...trace.x(1)], [0.5, NaN, 4]);
    assert.equal(trace.at("flags", 1), Flag.nonFinite | Flag.changed);
    assert.equal(trace.at("trials", 1), 2);
    assert.ok(Number.isNaN(trace.at("gradientNorm", 1)));

    const { state, termination, variables, best } = run.value as Run;
    assert.equal(state, RunState.FINISHED);
    assert.deepEqual(variables.map(({ name, shape }) => [name, shape.map(Number)]), [["x", []], ["w", [2]]]);
    assert.equal(termination?.reason, TerminationReason.NON_FINITE);
    assert.equal(termination.findings[0]?.text, "It grew.");
    assert.equal(termination.certificate?.verdict, Verdict.NOT_STATIONARY);
    assert.equal(termination.certificate.curvature?.condition, Infinity);
    assert.deepEqual(termination.certificate.activeBounds.map(({ coordinate, upper }) => [coordinate, upper]), [["x", true]]);
    assert.equal(termination.certificate.distance, undefined);
    assert.equal(termination.certificate.gap, 2.5);
    assert.deepEqual(best?.x?.values["w"]?.values, [1, 2]);
    assert.deepEqual(events.value.map(({ code }) => code), ["changed"]);
  });

  it("is read as far as it goes where it has no result", () => {
    const { trace, run } = openTraceFile(lines.join("\n"));
    assert.equal(trace.length, 2);
    assert.deepEqual([run.value?.name, run.value?.iteration], ["runs/b", 1n]);
  });
});

describe("A file that is no trace is refused, with its line", () => {
  const refused: [string, string, RegExp][] = [
    ["an empty file", "  \n\n", /the file is empty/],
    ["a text", "hello\nworld\n", /line 1: expected a header row/],
    ["another JSON", '{"a": 1}\n', /line 1: expected an iterate, an event or a result/],
    ["JSON that is none", '{"iteration":0,"value":1\n', /line 1: /],
    ["a version to come", jsonOf(kRun, [kBatch]).replace('"version": 1', '"version": 2'), /version 2 of the format; known: 1/],
    ["a row too short", "iteration,value,x\n0,1,2\n1,2\n", /line 3: expected 3 cells, got 2/],
    ["a cell that is no number", "iteration,value\n0,1\n1,two\n", /line 3: value: “two” is not a number/],
    ["an iteration that is none", "iteration,value\n0.5,1\n", /line 2: iteration: expected a whole number/],
    ["a header alone", "iteration,value\n", /there is no iterate/],
    ["x that changes its length", '{"iteration":0,"value":1,"x":{"x":[1,2]}}\n{"iteration":1,"value":1,"x":{"x":[1]}}', /line 2: x has 1 numbers, those before have 2/],
    ["iterates that are none", '{"thalweg": "trace", "version": 1, "run": {}, "iterates": [\n7\n]}', /line 2: expected a batch of iterates/],
    ["a run that is none", '{"thalweg": "trace", "version": 1, "run": 3, "iterates": []}', /expected "run", an object/],
  ];
  for (const [what, text, why] of refused) {
    it(what, () => assert.throws(() => openTraceFile(text), why));
  }
});

describe("Batches", () => {
  it("are handed on in order, the last at the end", () => {
    const taken: number[] = [];
    const maker = new BatchMaker((batch) => taken.push(...batch.iteration.map(Number)));
    for (let iteration = 0; iteration < 2_500; ++iteration) maker.add({ iteration, value: 1 }, []);
    assert.equal(taken.length, 2_000);
    maker.flush();
    maker.flush();
    assert.deepEqual(taken, Array.from({ length: 2_500 }, (_, i) => i));
  });
});
