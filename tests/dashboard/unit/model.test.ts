// A model as it learns: curves over epochs, regions of classes, bars of coefficients.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ColumnSchema, ColumnType, DatasetSchema } from "../../../client/web/gen/thalweg/v1/dataset_pb";
import { IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { PredictionsSchema, Rows } from "../../../client/web/gen/thalweg/v1/model_service_pb";
import { modelText } from "../../../client/web/src/wire/model_text";
import { ModelSchema, SplitSchema } from "../../../client/web/gen/thalweg/v1/model_pb";
import { Trace } from "../../../client/web/src/trace/trace";
import { barsOf } from "../../../client/web/src/views/model/bars";
import { classesOf, regionsOf } from "../../../client/web/src/views/model/regions";
import { partsOf } from "../../../client/web/src/views/model/evaluation";
import { bestMark, learningOf } from "../../../client/web/src/views/model/learning";
import { curveOf } from "../../../client/web/src/views/model/predictions";
import { featuresOf } from "../../../client/web/src/views/model/table";

function traceOf(columns: Partial<Record<"value" | "epoch" | "trainingValue" | "validationValue", number[]>>, norms: number[] = []): Trace {
  const count = columns.value?.length ?? 0;
  const trace = new Trace();
  trace.append(
    create(IterateBatchSchema, {
      iteration: Array.from({ length: count }, (_, i) => BigInt(i)),
      ...columns,
      variableGradientNorm: norms,
      variables: BigInt(norms.length / count),
    }),
  );
  return trace;
}

describe("Curves of learning", () => {
  const trace = traceOf({
    value: [4, 2, 3, 1],
    epoch: [0, 0.5, 1, 1.5],
    trainingValue: [4, NaN, 2.5, NaN],
    validationValue: [5, NaN, 3, NaN],
  });

  it("of batches show the batch's value, and training and validation where they are known, over epochs", () => {
    const { x, xLabel, curves } = learningOf(trace, [], true);
    assert.deepEqual([...x], [0, 0.5, 1, 1.5]);
    assert.equal(xLabel, "epoch");
    assert.deepEqual(curves.map(({ id, values }) => [id, values]), [
      ["batch", [4, 2, 3, 1]],
      ["training", [4, null, 2.5, null]],
      ["validation", [5, null, 3, null]],
    ]);
  });

  it("of all rows have the value as training's", () => {
    const whole = traceOf({ value: [4, 2] });
    const { curves, xLabel } = learningOf(whole, [], false);
    assert.deepEqual(curves.map(({ id, values }) => [id, values]), [["training", [4, 2]]]);
    assert.equal(xLabel, "iteration");
  });

  it("mark the best of validation, else of training", () => {
    assert.deepEqual(learningOf(trace, [], true).best, { row: 2, value: 3, of: "validation" });
    assert.deepEqual(learningOf(traceOf({ value: [4, NaN, 2, 3] }), [], false).best, { row: 2, value: 2, of: "training" });
    assert.deepEqual(bestMark(learningOf(trace, [], true)), [{ x: 1, text: "best of validation", kind: "good" }]);
    assert.deepEqual(bestMark(learningOf(traceOf({ value: [NaN] }), [], false)), []);
  });

  it("have the gradient of each layer by its name; what is 0 is not on a logarithmic axis", () => {
    const layered = traceOf({ value: [1, 1] }, [1, 0.5, 0.1, 0]);
    const { layers } = learningOf(layered, [{ name: "W1" }, { name: "b1" }], false);
    assert.deepEqual(layers.map(({ label, values }) => [label, values]), [["W1", [1, 0.1]], ["b1", [0.5, null]]]);
  });

  it("survive thinning with their layers", () => {
    const long = new Trace(1024);
    for (let i = 0; i < 5_000; ++i) {
      long.append(
        create(IterateBatchSchema, { iteration: [BigInt(i)], value: [Math.cos(i)], epoch: [i / 10], variableGradientNorm: [i, -i], variables: 2n }),
      );
    }
    const row = long.length >> 1;
    assert.deepEqual([...long.layerNorms(row)], [long.at("iteration", row), -long.at("iteration", row)]);
    assert.equal(long.at("epoch", row), long.at("iteration", row) / 10);
  });
});

/** A model of two classes on the grid of the picture: sure of the second one right of `x`. */
const sureRightOf = (x: number) => Array.from({ length: 1600 }, (_, i) => (i % 40 >= x ? 0.99 : 0.01));

describe("Regions of classes", () => {
  it("of two have one boundary, where both are as likely", () => {
    const { boundaries } = regionsOf(
      create(PredictionsSchema, { classes: ["a", "b"], scores: sureRightOf(20), scoresPerRow: 1n, probabilities: true }),
    );
    assert.equal(boundaries.length, 1);
    // Samples lie at half units: between columns 19 and 20 is 20.
    const points = [...(boundaries[0] as string).matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    // The rest of its ring runs along the frame, where it is cut off.
    const xs = points.filter(([x, y]) => x < 39 && y > 1 && y < 39).map(([x]) => x);
    assert.ok(xs.length > 30 && xs.every((x) => Math.abs(x - 20) < 0.51), xs.slice(0, 5).join());
  });

  it("of several have one each", () => {
    const scores = Array.from({ length: 1600 }, (_, i) => [i % 40 < 10 ? 1 : 0, i % 40 >= 10 && i % 40 < 30 ? 1 : 0, i % 40 >= 30 ? 1 : 0]).flat();
    const { fills } = regionsOf(create(PredictionsSchema, { classes: ["a", "b", "c"], scores, scoresPerRow: 3n }));
    assert.equal(fills.length, 3);
    assert.ok(fills.every(({ path }) => path.length > 10));
  });

  it("are named as the target's classes are; numbers by those that occur", () => {
    const species = create(ColumnSchema, { type: ColumnType.CATEGORY, categories: ["no", "yes"] });
    assert.deepEqual(classesOf(species, []), [{ code: 0, text: "no" }, { code: 1, text: "yes" }]);
    assert.deepEqual(classesOf(create(ColumnSchema, { type: ColumnType.NUMBER }), [7, 2, NaN, 7]).map(({ code }) => code), [2, 7]);
  });
});

describe("A curve through rows", () => {
  it("is what is predicted, or how likely the second of two classes is", () => {
    assert.deepEqual(curveOf(create(PredictionsSchema, { values: [1, 2] })), [1, 2]);
    const likely = create(PredictionsSchema, { values: [0, 1], scores: [0.2, 0.9], scoresPerRow: 1n, probabilities: true, classes: ["a", "b"] });
    assert.deepEqual(curveOf(likely), [0.2, 0.9]);
  });
});

describe("Bars of coefficients", () => {
  it("lie on one scale with 0 on it", () => {
    assert.deepEqual(barsOf([3, -1, NaN]), [{ from: 25, width: 75, zero: 25 }, { from: 0, width: 25, zero: 25 }, undefined]);
    assert.deepEqual(barsOf([0]), [{ from: 0, width: 0, zero: 0 }]);
  });
});

describe("A model in words and parts", () => {
  it("names its kind, its target and a few features", () => {
    const model = create(ModelSchema, { target: "y", features: ["a", "b", "c", "d", "e"], model: { kind: "logistic" } });
    assert.equal(modelText(model), "logistic: y by a, b, c, d, …");
    assert.equal(modelText(create(ModelSchema, { target: "y" })), "linear: y");
  });

  it("has validation and test rows only where some are held out", () => {
    assert.deepEqual(partsOf(undefined).map(({ rows }) => rows), [Rows.TRAINING]);
    assert.deepEqual(partsOf(create(SplitSchema, { validation: 0.2 })).map(({ rows }) => rows), [Rows.TRAINING, Rows.VALIDATION]);
    assert.deepEqual(partsOf(create(SplitSchema, { test: 0.1, folds: 5n })).length, 3);
  });

  it("predicts from all columns but the target and the weights, where none are named", () => {
    const table = create(DatasetSchema, { columns: ["a", "b", "w", "y"].map((name) => ({ name })) });
    const names = (features: string[]) => featuresOf(table, { features, target: "y", weights: "w" }).map(({ name }) => name);
    assert.deepEqual(names([]), ["a", "b"]);
    assert.deepEqual(names(["b"]), ["b"]);
  });
});
