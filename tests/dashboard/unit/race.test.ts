// Races: what each descent had reached at one time, who is drawn, and what a study found.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FunctionSchema } from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { ObjectiveSchema } from "../../../client/web/gen/thalweg/v1/objective_pb";
import { RunState } from "../../../client/web/gen/thalweg/v1/run_pb";
import { StudyResultsSchema } from "../../../client/web/gen/thalweg/v1/study_pb";
import { Trace } from "../../../client/web/src/trace/trace";
import { fairRuns, laneState, seriesOf, shownLanes, shownText } from "../../../client/web/src/views/studies/lanes";
import { optimumOf } from "../../../client/web/src/views/studies/optimum";
import {
  bestOfAll,
  countsEpochs,
  endOf,
  gapsTo,
  isUneven,
  iterationAtTime,
  shareOfTime,
  timeOfShare,
  timesTo,
  valuesAtTimes,
} from "../../../client/web/src/views/studies/race";
import { atTargetText, endingsText, resultRows, targetText } from "../../../client/web/src/views/studies/result_rows";
import { logPosition, logTicks, stepPath } from "../../../client/web/src/views/studies/steps";
import { axisName } from "../../../client/web/src/views/studies/study_text";

/** Iterates 0, 1, 2 ... with these best values; each costs `cost` values and one gradient. */
function trace(best: number[], cost = 1): Trace {
  const made = new Trace();
  const n = best.length;
  made.append(
    create(IterateBatchSchema, {
      iteration: best.map((_, i) => BigInt(i)),
      value: best,
      bestValue: best,
      valueEvaluations: Array.from({ length: n }, (_, i) => BigInt((i + 1) * cost)),
      gradientEvaluations: Array.from({ length: n }, (_, i) => BigInt(i + 1)),
    }),
  );
  return made;
}

describe("The time of a race", () => {
  const cheap = trace([9, 4, 1], 1); // 2, 4, 6 evaluations
  const dear = trace([9, 1], 4); // 5, 10 evaluations

  it("counts iterations, or values and gradients together", () => {
    assert.equal(endOf(cheap, "iterations"), 2);
    assert.equal(endOf(cheap, "evaluations"), 6);
    assert.equal(endOf(dear, "evaluations"), 10);
    assert.equal(endOf(new Trace(), "evaluations"), 0);
  });

  it("has every descent at an iteration of its own", () => {
    const at = (time: number) => [cheap, dear].map((each) => iterationAtTime(each, "evaluations", time));
    assert.deepEqual(at(1), [-1, -1]);
    assert.deepEqual(at(4), [1, -1]);
    assert.deepEqual(at(5), [1, 0]);
    assert.deepEqual(at(99), [2, 1], "who has arrived stays there");
    assert.equal(iterationAtTime(cheap, "iterations", 1.9), 1);
    assert.equal(iterationAtTime(cheap, "iterations", undefined), undefined, "no time: the newest");
  });

  it("shows a best value from the start on until the descent is over", () => {
    assert.deepEqual(valuesAtTimes(cheap, "evaluations", [0, 2, 3, 4, 6, 7, 8]), [null, 9, 9, 4, 1, null, null]);
    assert.deepEqual(valuesAtTimes(cheap, "evaluations", [0, 5, 10]), [null, 4, 1], "the end is shown, where it falls between");
    assert.deepEqual(valuesAtTimes(trace([NaN, 2]), "iterations", [0, 1]), [null, 2]);
    assert.deepEqual(valuesAtTimes(new Trace(), "iterations", [0, 1]), [null, null]);
  });

  it("is spread at equal distances or equal ratios", () => {
    assert.deepEqual([...timesTo(100, 5, false)], [0, 25, 50, 75, 100]);
    const ratios = [...timesTo(10_000, 5, true)].map(Math.round);
    assert.deepEqual(ratios, [1, 10, 100, 1000, 10_000]);
    assert.deepEqual([...timesTo(0, 2, true)], [1, 1]);
  });

  it("maps to the share that has been played and back", () => {
    for (const even of [true, false]) {
      for (const share of [0, 0.1, 0.5, 1]) {
        const time = timeOfShare(share, 5000, even);
        assert.ok(Math.abs(shareOfTime(time, 5000, even) - share) < 1e-12);
      }
      assert.equal(timeOfShare(0, 5000, even), 0);
      assert.ok(Math.abs(timeOfShare(1, 5000, even) - 5000) < 1e-9);
    }
    assert.ok(timeOfShare(0.5, 5000, false) < 100, "slower at first");
    assert.equal(shareOfTime(3, 0, true), 0);
  });

  it("is uneven where the shortest descents would be over in a blink", () => {
    assert.ok(isUneven([10, 1000]));
    assert.ok(!isUneven([100, 1000]));
    assert.ok(!isUneven([0, 1000]), "who has not begun does not count");
  });
});

describe("Distances to the best", () => {
  const curves = [
    [9, 4, 1],
    [9, null, 2],
  ];
  it("are measured from the best of all", () => {
    assert.equal(bestOfAll(curves, false), 1);
    assert.equal(bestOfAll(curves, true), 9);
    assert.ok(Number.isNaN(bestOfAll([[null]], false)));
  });
  it("are positive: who is there stands beside the nearest of the others", () => {
    assert.deepEqual(gapsTo(curves, 1, false), [
      [8, 3, 1],
      [8, null, 1],
    ]);
    assert.deepEqual(gapsTo([[2, 9]], 9, true), [[7, 7]]);
    assert.deepEqual(gapsTo([[3]], 3, false), [[1]]);
  });
});

describe("Lanes", () => {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

  it("are in colour as far as colours go, or as the address says", () => {
    assert.deepEqual([...shownLanes(null, [2, 0, 1])], [2, 0, 1]);
    assert.deepEqual([...shownLanes(null, upTo(40).reverse())], upTo(40).reverse().slice(0, 16));
    assert.deepEqual([...shownLanes("5,1,99,x,-1,0.5", upTo(8))], [5, 1]);
    assert.equal(shownLanes("none", upTo(8)).size, 0);
  });
  it("stand in the address only where they are not as usual", () => {
    assert.equal(shownText(new Set([2, 0, 1]), upTo(3)), undefined);
    assert.equal(shownText(new Set([2, 0]), upTo(3)), "0,2");
    assert.equal(shownText(new Set(), upTo(3)), "none");
  });
  it("keep their colour while others are hidden", () => {
    assert.equal(seriesOf(5, new Set([1, 5]), 8), 5);
    assert.equal(seriesOf(2, new Set([1, 5]), 8), undefined);
    assert.equal(seriesOf(35, new Set([3, 35]), 40), 1, "unless there are more than colours");
  });
  it("take as many runs of each arm as of the others", () => {
    const arms = [{ runs: ["a0", "a1", "a2"] }, { runs: ["b0", "", "b2"] }];
    assert.deepEqual(
      fairRuns(arms, 4).map(({ run }) => run),
      ["a0", "b0", "a1", "a2"],
    );
    assert.equal(fairRuns(arms, 64).length, 5, "runs that are not made yet have no name");
  });
  it("say where their runs are", () => {
    const { FINISHED, RUNNING, QUEUED, CANCELLED } = RunState;
    assert.deepEqual(laneState([FINISHED, RUNNING, CANCELLED]), { state: RUNNING, text: "2 of 3 over" });
    assert.deepEqual(laneState([CANCELLED]), { state: CANCELLED, text: "cancelled" });
    assert.deepEqual(laneState([QUEUED]), { state: QUEUED, text: "queued" });
  });
});

describe("Results", () => {
  const results = create(StudyResultsSchema, {
    targets: [{ tau: 0.1 }, { value: 2.5 }],
    arms: [
      { rank: 2n, bestValue: 3, endings: { limit: 1n, converged: 3n } },
      { rank: 1n, bestValue: 1, spent: { evaluations: 120 } },
      { rank: 2n, bestValue: 2 },
    ],
  });
  it("are listed by rank, equal ones in the order of the arms", () => {
    const rows = resultRows(results, ["a", "b", "c"]);
    assert.deepEqual(
      rows.map(({ rank, title }) => `${rank} ${title}`),
      ["1 b", "2 a", "2 c"],
    );
    assert.equal(rows[0]?.evaluations, 120);
    assert.equal(rows[1]?.runs, 4);
  });
  it("say how often runs ended how", () => {
    assert.equal(endingsText({ limit: 1n, converged: 3n, diverged: 0n }), "3 converged, 1 limit");
    assert.equal(endingsText({ converged: 1n }), "converged");
  });
  it("name targets, and what it took to reach them", () => {
    assert.deepEqual(results.targets.map(targetText), ["τ = 0.1", "f = 2.5"]);
    const [at] = create(StudyResultsSchema, {
      arms: [{ targets: [{ successRate: 2 / 3, expected: { evaluations: 1234.4 } }, { successRate: 0 }] }],
    }).arms.map(({ targets }) => targets.map(atTargetText));
    assert.deepEqual(at, ["1\u202f234 (67 %)", "–"]);
  });
});

describe("Profiles", () => {
  const box = { width: 100, height: 50 };
  it("step up where a share is reached and hold it until the next", () => {
    assert.equal(stepPath([1, 10, 100], [0, 0.5, 1], 1, 100, box), "M0 50H50V25H100V0");
  });
  it("stand on a logarithmic axis with ticks at powers of ten", () => {
    assert.equal(logPosition(10, 1, 100, 200), 100);
    assert.deepEqual(logTicks(1, 1000), [1, 10, 100, 1000]);
    assert.deepEqual(logTicks(1, 20), [1, 2, 5, 10, 20]);
  });
});

describe("A study in words", () => {
  it("names what varies by the last part of its place", () => {
    assert.equal(axisName("optimizer"), "optimizer");
    assert.equal(axisName("optimizer.settings[learning_rate]"), "learning_rate");
    assert.equal(axisName("start.values[x]"), "x");
  });

  it("knows the least value of a test function in its usual dimension, and of nothing else", () => {
    const sphere = create(FunctionSchema, { name: "sphere", minimum: 0, variables: [{ name: "x", shape: [2n] }] });
    const objective = (more: object) => create(ObjectiveSchema, { kind: { case: "function", value: "sphere" }, ...more });
    assert.equal(optimumOf(objective({}), [sphere]), 0);
    assert.equal(optimumOf(objective({ dimension: 2n }), [sphere]), 0);
    assert.equal(optimumOf(objective({ dimension: 7n }), [sphere]), undefined);
    assert.equal(optimumOf(objective({ lower: { values: {} } }), [sphere]), undefined);
    assert.equal(optimumOf(create(ObjectiveSchema, { kind: { case: "expression", value: "x**2" } }), [sphere]), undefined);
  });
});

describe("A race over epochs", () => {
  const learning = new Trace();
  learning.append(
    create(IterateBatchSchema, { iteration: [0n, 1n, 2n], value: [5, 1, 3], bestValue: [5, 4, 2], epoch: [0, 0.5, 1] }),
  );

  it("is one where passes over rows are counted", () => {
    assert.equal(countsEpochs([learning]), true);
    assert.equal(countsEpochs([trace([3, 2])]), false);
    assert.equal(endOf(learning, "epochs"), 1);
  });

  it("shows the best training value, or each value with the noise of its batch", () => {
    assert.deepEqual(valuesAtTimes(learning, "epochs", [0, 0.5, 1]), [5, 4, 2]);
    assert.deepEqual(valuesAtTimes(learning, "epochs", [0, 0.5, 1], "value"), [5, 1, 3]);
    assert.equal(iterationAtTime(learning, "epochs", 0.7), 1);
  });
});
