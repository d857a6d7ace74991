// The form of a fit: its address, its request, what it says is wrong.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FeatureScaling, MissingValues } from "../../../client/web/gen/thalweg/v1/model_pb";
import { RunSchema } from "../../../client/web/gen/thalweg/v1/run_pb";
import { draftOf, fromQuery, toQuery } from "../../../client/web/src/views/fit/address";
import { type FitDraft, kEmptyFit } from "../../../client/web/src/views/fit/draft";
import { objectiveOf, toComparison, toFit } from "../../../client/web/src/views/fit/request";
import { certainty, gridPoints, margins, rangeOf, steps } from "../../../client/web/src/views/model/ranges";

const kDraft: FitDraft = {
  ...kEmptyFit,
  dataset: "s01",
  target: "species, of iris",
  features: ["petal length, cm", "petal width"],
  model: { kind: "mlp", settings: { layers: [8, 4], activation: "relu" } },
  loss: { kind: "cross_entropy" },
  penalty: { kind: "l2", settings: { strength: 0.01 } },
  scaling: "min_max",
  missing: "drop",
  validation: "0.2",
  test: "0.1",
  splitSeed: "7",
  sum: true,
  start: { b1: "1, 2", b2: "0" },
  batches: { kind: "shuffled", settings: { size: 16 } },
  optimizer: { kind: "adam", settings: { learning_rate: 0.01 } },
  stopping: [{ kind: "validation", settings: { patience: 5 } }],
  seed: "3",
  pace: "20",
  displayName: "iris",
  labels: "a=b",
};

const queryOf = (draft: FitDraft): URLSearchParams =>
  new URLSearchParams(Object.entries(toQuery(draft)).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

describe("A fit's address", () => {
  it("opens the same form again, names of columns with commas too", () => {
    assert.deepEqual(fromQuery(new URLSearchParams(queryOf(kDraft).toString())), kDraft);
  });

  it("says nothing of what is as usual", () => assert.equal(queryOf(kEmptyFit).toString(), ""));

  it("leaves out what cannot be read", () => {
    const draft = fromQuery(new URLSearchParams("dataset=s01&scaling=sideways&model=mlp("));
    assert.deepEqual(draft, { ...kEmptyFit, dataset: "s01" });
  });
});

describe("A fit's request", () => {
  const { what: run, complaints } = toFit(kDraft, undefined);
  const model = run.objective?.kind.case === "model" ? run.objective.kind.value : undefined;

  it("says what the form says", () => {
    assert.deepEqual(complaints, []);
    assert.equal(model?.dataset, "datasets/s01");
    assert.deepEqual(model?.features, kDraft.features);
    assert.deepEqual(model?.model?.settings["layers"]?.value.case, "numbers");
    assert.deepEqual([model?.scaling, model?.missing], [FeatureScaling.MIN_MAX, MissingValues.DROP]);
    assert.deepEqual([model?.split?.validation, model?.split?.test, model?.split?.seed], [0.2, 0.1, 7n]);
    assert.equal(run.batches?.kind, "shuffled");
    assert.equal(run.seed, 3n);
  });

  it("becomes the form again: a fit like this one", () => {
    assert.deepEqual(draftOf(run, model!), kDraft);
  });

  it("leaves to the server what is not chosen", () => {
    const { kind } = objectiveOf({ ...kEmptyFit, dataset: "s01", target: "y" });
    assert.ok(kind.case === "model" && !kind.value.loss && !kind.value.penalty && !kind.value.split);
  });

  it("compares batches as a study of what the arms differ in", () => {
    const { what: study } = toComparison({ ...kDraft, rivals: [{ kind: "full" }] }, undefined);
    assert.equal(study.run?.batches, undefined);
    const kinds = study.vary[0]?.values.map(({ value }) => (value.case === "part" ? value.value.kind : ""));
    assert.deepEqual([study.vary[0]?.path, kinds], ["batches", ["shuffled", "full"]]);
  });

  it("compares optimizers too, each with all batches", () => {
    const { vary, run } = toComparison({ ...kDraft, rivals: [{ kind: "full" }], optimizers: [{ kind: "lbfgs" }, { kind: "sgd" }] }, undefined).what;
    assert.deepEqual(vary.map(({ path, values }) => [path, values.length]), [["batches", 2], ["optimizer", 3]]);
    assert.equal(run?.optimizer, undefined);
    const methods = toComparison({ ...kDraft, optimizers: [{ kind: "lbfgs" }] }, undefined).what;
    assert.deepEqual([methods.vary.map(({ path }) => path), methods.run?.batches?.kind], [["optimizer"], "shuffled"]);
  });

  it("says where something is wrong before the server is asked", () => {
    const wrong = (changes: Partial<FitDraft>) => toFit({ ...kDraft, ...changes }, undefined).complaints.map(({ field }) => field);
    assert.deepEqual(wrong({ dataset: "" }), ["run.objective.model.dataset"]);
    assert.deepEqual(wrong({ target: "" }), ["run.objective.model.target"]);
    assert.deepEqual(wrong({ target: "", model: { kind: "formula" } }), []);
    assert.deepEqual(wrong({ validation: "0.95" }), ["run.objective.model.split.validation"]);
    assert.deepEqual(wrong({ splitSeed: "-1", seed: "x", pace: "fast" }), ["run.objective.model.split.seed", "run.pace", "run.seed"]);
  });

  it("of a run without a model's options is still a form", () => {
    const plain = create(RunSchema, { objective: { kind: { case: "model", value: { dataset: "datasets/s2", target: "y" } } } });
    const { objective } = plain;
    assert.ok(objective?.kind.case === "model");
    assert.deepEqual(draftOf(plain, objective.kind.value), { ...kEmptyFit, dataset: "s2", target: "y" });
  });
});

describe("Ranges and grids of data", () => {
  it("have room beside the outermost points, and are never empty", () => {
    assert.deepEqual(rangeOf([0, 10, NaN], 0.1), [-1, 11]);
    const [from, to] = rangeOf([5, 5]);
    assert.ok(from < 5 && to > 5);
    assert.deepEqual(rangeOf([]), [0, 1]);
  });

  it("go from end to end, x first", () => {
    assert.deepEqual(steps([0, 0.3], 4).at(-1), 0.3);
    assert.deepEqual(gridPoints([0, 1], [5, 6], 2), [0, 5, 1, 5, 0, 6, 1, 6]);
  });

  it("tell which class wins, and by how much", () => {
    assert.deepEqual([...margins([0.7, 0.2, 0.1, 0.1, 0.3, 0.6], 3, 0)], [0.7 - 0.2, 0.1 - 0.6]);
  });

  it("make scores into shades, probabilities being shades already", () => {
    assert.deepEqual([...certainty([0, 1], true)], [0, 1]);
    assert.deepEqual([...certainty([0, Infinity], false)], [0.5, 1]);
  });
});
