// The form of a new study: the request that it makes, and what it finds wrong itself.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CatalogEntrySchema, OptionType } from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { StudyScale } from "../../../client/web/gen/thalweg/v1/study_pb";
import { kEmptyDraft } from "../../../client/web/src/views/new_run/draft";
import {
  halton,
  kFirstStudy,
  optimizerField,
  rangedOptions,
  spread,
  type StudyDraft,
  toStudy,
} from "../../../client/web/src/views/studies/study_draft";

const kBowl = { ...kEmptyDraft, formula: "x**2 + y**2", start: { x: "1", y: "2" }, displayName: "Bowl" };

const read = (changes: Partial<StudyDraft>, draft = kBowl) => {
  const { what, complaints } = toStudy(draft, { ...kFirstStudy, ...changes }, undefined);
  return { study: what, axis: what.vary[0], wrong: complaints.map(({ field }) => field) };
};

describe("A race of optimizers", () => {
  it("varies the optimizer and leaves it out of what all have in common", () => {
    const { study, axis, wrong } = read({ optimizers: [{ kind: "adam" }, { kind: "lbfgs", settings: { memory: 5 } }] });
    assert.deepEqual(wrong, []);
    assert.equal(study.displayName, "Bowl");
    assert.equal(study.run?.displayName, "", "the study is named, not each run");
    assert.equal(study.run?.optimizer, undefined);
    assert.equal(axis?.path, "optimizer");
    assert.deepEqual(
      axis?.values.map(({ value }) => value.case === "part" && value.value.kind),
      ["adam", "lbfgs"],
    );
  });

  it("needs two of them", () => {
    assert.deepEqual(read({ optimizers: [{ kind: "adam" }] }).wrong, ["study.vary[0]"]);
  });

  it("has complaints about arms at their optimizers", () => {
    assert.equal(optimizerField(0), "run.optimizer");
    assert.equal(optimizerField(3), "study.arms[3].run.optimizer");
  });
});

describe("A setting over a range", () => {
  const range = { varies: "setting", setting: "beta1", from: "0.5", to: "0.99", count: "4" } as const;

  it("is an axis of numbers at equal ratios or distances", () => {
    const { axis, study } = read({ ...range, logarithmic: false });
    assert.equal(axis?.path, "optimizer.settings[beta1]");
    assert.deepEqual(
      [axis?.range?.from, axis?.range?.to, axis?.range?.count, axis?.range?.scale],
      [0.5, 0.99, 4n, StudyScale.LINEAR],
    );
    assert.equal(study.run?.optimizer?.kind, "gradient_descent");
    assert.equal(read(range).axis?.range?.scale, StudyScale.LOGARITHMIC);
  });

  it("says at which field it cannot be read", () => {
    assert.deepEqual(read({ ...range, from: "a lot" }).wrong, ["study.vary[0].range.from"]);
    assert.deepEqual(read({ ...range, to: "" }).wrong, ["study.vary[0].range.to"]);
    assert.deepEqual(read({ ...range, count: "2.5" }).wrong, ["study.vary[0].range.count"]);
  });

  it("suits options that are numbers or schedules", () => {
    const entry = create(CatalogEntrySchema, {
      options: [
        { name: "learning_rate", type: OptionType.SCHEDULE },
        { name: "memory", type: OptionType.INTEGER },
        { name: "nesterov", type: OptionType.FLAG },
        { name: "line_search", type: OptionType.PART },
      ],
    });
    assert.deepEqual(
      rangedOptions(entry).map(({ name }) => name),
      ["learning_rate", "memory"],
    );
    assert.deepEqual(rangedOptions(undefined), []);
  });
});

describe("Several starts", () => {
  it("are points of an axis, and take the place of the common start", () => {
    const starts = [
      { x: "0", y: "1" },
      { x: "-2", y: "3" },
    ];
    const { axis, study, wrong } = read({ varies: "start", starts });
    assert.deepEqual(wrong, []);
    assert.equal(axis?.path, "start");
    assert.deepEqual(
      axis?.points.map(({ values }) => [values["x"]?.values[0], values["y"]?.values[0]]),
      [
        [0, 1],
        [-2, 3],
      ],
    );
    assert.equal(study.run?.start, undefined);
  });

  it("are complete, two or more", () => {
    assert.deepEqual(read({ varies: "start", starts: [{ x: "0", y: "1" }] }).wrong, ["study.vary[0]"]);
    const { wrong } = read({ varies: "start", starts: [{ x: "0" }, { x: "a", y: "1" }] });
    assert.deepEqual(wrong, ["study.vary[0].points[0].values[y]", "study.vary[0].points[1].values[x]"]);
  });

  it("can be spread evenly over a box: Halton's points", () => {
    assert.deepEqual([1, 2, 3, 4, 5].map((i) => halton(i, 2)), [1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8]);
    const thirds = [1, 2, 3].map((i) => halton(i, 3));
    [1 / 3, 2 / 3, 1 / 9].forEach((share, i) => assert.ok(Math.abs((thirds[i] as number) - share) < 1e-15));
    assert.deepEqual(spread([-2, 0], [2, 9], 1), [[0, 3]]);
    for (const [x, y] of spread([-2, 0], [2, 9], 50)) {
      assert.ok(x !== undefined && y !== undefined && x > -2 && x < 2 && y > 0 && y < 9);
    }
  });
});

describe("The effort of a study", () => {
  it("is what was typed, or the server's default", () => {
    const { study } = read({});
    assert.deepEqual([study.repetitions, study.budget, study.halving], [0n, 0n, undefined]);
    const { study: much } = read({ repetitions: "5", budget: "1e4", halving: true, eta: "2" });
    assert.deepEqual([much.repetitions, much.budget, much.halving?.eta], [5n, 10_000n, 2n]);
  });

  it("is whole numbers in their ranges, and halving needs a budget", () => {
    assert.deepEqual(read({ repetitions: "0" }).wrong, ["study.repetitions"]);
    assert.deepEqual(read({ budget: "many" }).wrong, ["study.budget"]);
    assert.deepEqual(read({ halving: true, budget: "900", eta: "1" }).wrong, ["study.halving.eta"]);
    assert.deepEqual(read({ halving: true }).wrong, ["study.budget"]);
  });
});
