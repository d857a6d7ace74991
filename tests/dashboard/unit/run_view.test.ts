// What the run view works out: commands, suggested runs, forks, what can be asked of a run.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CatalogEntrySchema, FunctionSchema, OptionType } from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { Direction } from "../../../client/web/gen/thalweg/v1/objective_pb";
import { FindingSchema, type Run, RunSchema, RunState, TerminationReason, TerminationSchema } from "../../../client/web/gen/thalweg/v1/run_pb";
import type { ForkRunRequest } from "../../../client/web/gen/thalweg/v1/optimization_service_pb";
import { FeatureScaling, MissingValues } from "../../../client/web/gen/thalweg/v1/model_pb";
import { readPart } from "../../../client/web/src/parts/part_text";
import { afresh, canContinue, inForce, onlyStopping, onward, suggestionText, withRules } from "../../../client/web/src/views/run/apply";
import { arrayText, commandLine, quoted } from "../../../client/web/src/views/run/command_line";
import { type Draft, differing, forkRequest } from "../../../client/web/src/views/run/fork_request";
import { minimumOf } from "../../../client/web/src/views/run/minimum";
import { notable } from "../../../client/web/src/views/run/notable";
import { kindOf, planeOf } from "../../../client/web/src/views/run/plane";
import { partText } from "../../../client/web/src/views/run/setting_text";
import { allowed } from "../../../client/web/src/views/run/steer";
import { flagWords, objectiveText } from "../../../client/web/src/views/run/words";
import { type PlainPart, fromPart, toPart, toSetting } from "../../../client/web/src/wire/parts";

const numbers = (shape: number[], values: number[]) => ({ shape: shape.map(BigInt), values });

const kRun = create(RunSchema, {
  name: "runs/a",
  displayName: "mine",
  labels: { team: "blue" },
  objective: { kind: { case: "expression", value: "(x-2.5)**2 - k" }, parameters: { k: numbers([], [1]) } },
  variables: [{ name: "x", shape: [] }],
  start: { values: { x: numbers([], [0]) } },
  optimizer: toPart({ kind: "momentum", settings: { learning_rate: 0.1, momentum: 0.9 } }),
  stopping: [toPart({ kind: "gradient_norm", settings: { threshold: 1e-8 } }), toPart({ kind: "iterations", settings: { threshold: 100 } })],
  seed: 7n,
  tracedCoordinates: 1n,
  pace: 20,
  state: RunState.FINISHED,
  iteration: 100n,
  termination: { reason: TerminationReason.LIMIT },
});

const runWith = (changes: Partial<Run>): Run => create(RunSchema, { ...kRun, ...changes });

describe("The command line of a run", () => {
  it("says all that makes its path", () => {
    assert.equal(
      commandLine(kRun),
      "thalweg minimize '(x-2.5)**2 - k' --param k=1 --start x=0 --optimizer momentum --set learning_rate=0.1 " +
        "--set momentum=0.9 --stop gradient_norm=1e-8 --stop iterations=100 --seed 7",
    );
  });

  it("says functions, their dimension, bounds, constraints, ascent", () => {
    const objective = create(RunSchema, {
      objective: {
        kind: { case: "function", value: "rosenbrock" },
        dimension: 3n,
        direction: Direction.MAXIMIZE,
        lower: { values: { x: numbers([3], [0, -Infinity, 0]) } },
        upper: { values: { x: numbers([], [1]) } },
        constraints: [{ expression: "x[0] <= x[1]" }],
      },
    }).objective;
    const run = create(RunSchema, { ...(objective ? { objective } : {}) });
    assert.equal(
      commandLine(run),
      "thalweg maximize --function rosenbrock --dimension 3 --lower x=0,-inf,0 --upper x=1 --constraint 'x[0] <= x[1]'",
    );
  });

  it("keeps what a shell would take for its own", () => {
    assert.equal(quoted("x=1"), "x=1");
    assert.equal(quoted("it's"), "'it'\\''s'");
    assert.equal(quoted("$(reboot)"), "'$(reboot)'");
    assert.equal(quoted(""), "''");
  });

  it("tells a vector of one from a scalar, and writes a matrix row by row", () => {
    assert.equal(arrayText(create(RunSchema, { start: { values: { x: numbers([1], [3]) } } }).start?.values["x"] as never), "3,");
    assert.equal(arrayText(create(RunSchema, { start: { values: { x: numbers([2, 2], [1, 2, 3, 4]) } } }).start?.values["x"] as never), "[[1,2],[3,4]]");
  });

  it("writes parts so that they read back as the same", () => {
    const parts: PlainPart[] = [
      { kind: "adam" },
      { kind: "momentum", settings: { learning_rate: { kind: "cosine", settings: { initial: 0.1, steps: 100 } }, nesterov: true } },
      { kind: "stages", settings: { stages: [{ kind: "stage", settings: { norm: "max", milestones: [10, 20] } }], rate: -1e-300 } },
    ];
    for (const part of parts) assert.deepEqual(readPart(partText(toPart(part))), part);
    assert.equal(partText(toPart({ kind: "a", settings: { text: "true", other: "it's so" } })), `a(other="it's so",text='true')`);
  });

  const kFit = create(RunSchema, {
    objective: {
      kind: {
        case: "model",
        value: {
          dataset: "datasets/s1",
          target: "y",
          features: ["a", "b"],
          model: toPart({ kind: "mlp", settings: { layers: [10] } }),
          penalty: toPart({ kind: "l2", settings: { strength: 0.1 } }),
          scaling: FeatureScaling.ROBUST,
          missing: MissingValues.DROP,
          split: { validation: 0.2, seed: 3n },
        },
      },
    },
    batches: toPart({ kind: "shuffled", settings: { size: 16 } }),
    optimizer: toPart({ kind: "adam", settings: { learning_rate: 0.01 } }),
    stopping: [toPart({ kind: "epochs", settings: { threshold: 40 } })],
    seed: 1n,
  });

  it("says what is learnt, and how", () => {
    assert.equal(
      commandLine(kFit),
      "thalweg fit --dataset datasets/s1 --target y --features a,b --model 'mlp(layers=[10])' --penalty 'l2(strength=0.1)' " +
        "--scaling robust --missing drop --validation 0.2 --split-seed 3 --batch 'shuffled(size=16)' " +
        "--optimizer adam --set learning_rate=0.01 --stop epochs=40 --seed 1",
    );
  });

  it("is not given for features that commas cannot separate", () => {
    const model = { dataset: "datasets/s1", target: "y", features: ["length, cm"] };
    assert.equal(commandLine(create(RunSchema, { objective: { kind: { case: "model", value: model } } })), undefined);
  });

  it("is not given where it would say something else, or be too long to read", () => {
    const cut = runWith({});
    cut.objective = create(RunSchema, { objective: { kind: { case: "expression", value: "x + ..." } } }).objective as never;
    assert.equal(commandLine(cut), undefined);
    const long = runWith({});
    long.start = create(RunSchema, { start: { values: { x: numbers([20_000], Array.from({ length: 20_000 }, () => 1.5)) } } }).start as never;
    assert.equal(commandLine(long), undefined);
    assert.equal(commandLine(create(RunSchema)), undefined);
  });
});

describe("A suggested run", () => {
  const tooLarge = create(FindingSchema, { code: "rate", suggestedSettings: { learning_rate: toSetting(0.01) } });
  const another = create(FindingSchema, { suggestedOptimizer: toPart({ kind: "adam", settings: { beta1: 0.5 } }) });
  const budget = create(FindingSchema, { suggestedStopping: [toPart({ kind: "iterations", settings: { threshold: 200 } })] });
  const start = create(FindingSchema, { suggestedStart: { values: { x: numbers([], [5]) } } });

  it("is the same but for the settings that would fix it", () => {
    const { run } = afresh(kRun, tooLarge);
    assert.deepEqual(fromPart(run?.optimizer as never), { kind: "momentum", settings: { learning_rate: 0.01, momentum: 0.9 } });
    assert.deepEqual(run?.objective, kRun.objective);
    assert.deepEqual(run?.start, kRun.start);
    assert.deepEqual(run?.stopping, kRun.stopping);
    assert.deepEqual([run?.seed, run?.pace, run?.displayName, run?.labels["team"], run?.tracedCoordinates], [7n, 20, "mine", "blue", 1n]);
    assert.deepEqual([run?.name, run?.iteration], ["", 0n], "nothing that only the server says");
  });

  it("has another optimizer, stopping rule or start, alone or together", () => {
    assert.deepEqual(fromPart(afresh(kRun, another).run?.optimizer as never), { kind: "adam", settings: { beta1: 0.5 } });
    assert.deepEqual(afresh(kRun, budget).run?.stopping.map(partText), ["gradient_norm(threshold=1e-8)", "iterations(threshold=200)"]);
    assert.deepEqual(afresh(kRun, start).run?.start?.values["x"]?.values, [5]);
  });

  it("builds on what was in force at the end", () => {
    const changed = runWith({});
    changed.changes = create(RunSchema, {
      changes: [{ iteration: 50n, optimizer: toPart({ kind: "momentum", settings: { learning_rate: 0.2, momentum: 0.5 } }), stopping: kRun.stopping }],
    }).changes;
    assert.deepEqual(fromPart(inForce(changed).optimizer).settings, { learning_rate: 0.2, momentum: 0.5 });
    const { run } = afresh(changed, tooLarge);
    assert.deepEqual(fromPart(run?.optimizer as never).settings, { learning_rate: 0.01, momentum: 0.5 });
    assert.deepEqual(run?.changes, []);
  });

  it("goes on from the end where that is a place to go on from", () => {
    const further = onward(kRun, budget);
    assert.deepEqual([further.name, further.stopping.map(partText), further.optimizer], ["runs/a", ["iterations(threshold=200)"], undefined]);
    assert.deepEqual(fromPart(onward(kRun, tooLarge).optimizer as never), { kind: "", settings: { learning_rate: 0.01 } });
    assert.equal(onward(kRun, another).optimizer?.kind, "adam");

    assert.equal(canContinue(kRun, budget), true);
    assert.equal(canContinue(kRun, start), false, "another start is another path");
    const diverged = runWith({ termination: create(TerminationSchema, { reason: TerminationReason.DIVERGED }) });
    assert.equal(canContinue(diverged, tooLarge), false, "there is nothing at infinity");
  });

  it("knows whether the budget alone is at fault", () => {
    assert.deepEqual([budget, tooLarge, another].map(onlyStopping), [true, false, false]);
  });

  it("is told in one line", () => {
    assert.equal(suggestionText(tooLarge), "learning_rate=0.01");
    assert.equal(suggestionText(another), "adam(beta1=0.5)");
    assert.equal(suggestionText(budget), "iterations=200");
    assert.equal(suggestionText(start), "x=5");
  });

  it("adds a rule that was not there", () => {
    const rules = withRules([], [toPart({ kind: "time", settings: { threshold: 3 } })]);
    assert.deepEqual(rules.map(partText), ["time(threshold=3)"]);
  });
});

describe("A fork", () => {
  const entry = create(CatalogEntrySchema, {
    name: "momentum",
    options: [
      { name: "learning_rate", type: OptionType.SCHEDULE, defaultText: "0.01", range: "(0, inf)" },
      { name: "momentum", type: OptionType.NUMBER, defaultText: "0.9", range: "[0, 1)" },
    ],
  });
  const draft = (changes: Partial<Draft> = {}): Draft => ({ iteration: "", optimizer: fromPart(inForce(kRun).optimizer), budget: "", pace: "", ...changes });

  it("without anything written leaves at the end with everything as it is", () => {
    const request = forkRequest(kRun, draft(), entry) as ForkRunRequest;
    assert.deepEqual([request.name, request.iteration, request.optimizer, request.stopping, request.pace], ["runs/a", undefined, undefined, [], undefined]);
  });

  it("says only what is different", () => {
    const optimizer = { kind: "momentum", settings: { learning_rate: 0.5, momentum: 0.9 } };
    const request = forkRequest(kRun, draft({ iteration: "40", optimizer, budget: "1e3", pace: "0" }), entry) as ForkRunRequest;
    assert.equal(request.iteration, 40n);
    assert.deepEqual(fromPart(request.optimizer as never), { kind: "momentum", settings: { learning_rate: 0.5 } });
    assert.deepEqual(request.stopping.map(partText), ["iterations(threshold=1000)"]);
    assert.equal(request.pace, 0);
  });

  it("says a default where the run has something else", () => {
    const before = fromPart(inForce(kRun).optimizer);
    assert.deepEqual(differing(before, { kind: "momentum", settings: { momentum: 0.9 } }, entry), { learning_rate: 0.01 });
  });

  it("with another optimizer says all of it", () => {
    const request = forkRequest(kRun, draft({ optimizer: { kind: "adam", settings: { beta1: 0.5 } } }), undefined) as ForkRunRequest;
    assert.deepEqual(fromPart(request.optimizer as never), { kind: "adam", settings: { beta1: 0.5 } });
  });

  it("complains at its place about what is no number", () => {
    const refused = forkRequest(kRun, draft({ iteration: "1.5", budget: "many", pace: "-1" }), entry);
    assert.deepEqual(Object.keys("wrong" in refused ? refused.wrong : {}).sort(), ["budget", "iteration", "pace"]);
  });
});

describe("What can be asked of a run", () => {
  const can = (state: RunState, iteration = 5n) =>
    Object.entries(allowed(runWith({ state, iteration })))
      .filter(([, may]) => may)
      .map(([what]) => what);

  it("depends on where it is in its life", () => {
    assert.deepEqual(can(RunState.RUNNING), ["pause", "stop", "change", "fork"]);
    assert.deepEqual(can(RunState.PAUSED), ["resume", "step", "stop", "change", "fork"]);
    assert.deepEqual(can(RunState.FINISHED), ["fork", "remove"]);
    assert.deepEqual(can(RunState.QUEUED, -1n), ["pause", "stop", "change"], "it has no iterate to fork from");
  });
});

describe("What is known of a run", () => {
  const rosenbrock = create(FunctionSchema, { name: "rosenbrock", variables: [{ name: "x", shape: [2n] }], minimum: 0 });
  const runOf = (objective: object, size = 2n): Run => create(RunSchema, { objective, variables: [{ name: "x", shape: [size] }] });
  const kind = { case: "function", value: "rosenbrock" };

  it("is its least value, where it is that of the catalogue", () => {
    assert.equal(minimumOf(runOf({ kind }), [rosenbrock]), 0);
    assert.equal(minimumOf(runOf({ kind }, 5n), [rosenbrock]), undefined, "in another dimension");
    assert.equal(minimumOf(runOf({ kind, lower: { values: {} } }), [rosenbrock]), undefined, "within bounds");
    assert.equal(minimumOf(runOf({ kind, direction: Direction.MAXIMIZE }), [rosenbrock]), undefined);
    assert.equal(minimumOf(runOf({ kind: { case: "expression", value: "x" } }), [rosenbrock]), undefined);
  });

  it("are the settings that are not the default, and the learning rate", () => {
    const entry = create(CatalogEntrySchema, {
      name: "momentum",
      options: [
        { name: "learning_rate", type: OptionType.SCHEDULE, defaultText: "0.1" },
        { name: "momentum", type: OptionType.NUMBER, defaultText: "0.9" },
        { name: "clip_norm", type: OptionType.NUMBER, defaultText: "inf" },
      ],
    });
    const part = toPart({ kind: "momentum", settings: { learning_rate: 0.1, momentum: 0.5, clip_norm: Infinity } });
    assert.deepEqual(fromPart(notable(part, [entry])).settings, { learning_rate: 0.1, momentum: 0.5 });
    assert.deepEqual(notable(part, []), part, "without a catalogue nothing is left out");
  });

  it("are its flags and its objective in words", () => {
    assert.deepEqual(flagWords(1 | 16), ["new best", "restart"]);
    assert.equal(objectiveText(runOf({ kind, dimension: 7n })), "rosenbrock in 7 coordinates");
  });
});

describe("The picture that a link asks for", () => {
  it("is contours, a surface, or what suits", () => {
    assert.deepEqual(["surface", "contours", "nonsense", null].map(kindOf), ["surface", "contours", "auto", "auto"]);
  });

  it("has a plane of two different coordinates that there are", () => {
    assert.deepEqual(
      ["0,3", "2,2", "0,9", "gradient", "x", null].map((text) => planeOf(text, 5)),
      ["0,3", undefined, undefined, "gradient", undefined, undefined],
    );
  });
});
