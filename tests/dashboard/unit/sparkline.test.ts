// The small curves in the list of runs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { heights, sparklinePath } from "../../../client/web/src/views/runs/sparkline_path";

const kNear = 1e-9;

describe("A sparkline", () => {
  it("goes down one decade for each tenth of the way that is left", () => {
    const [start, tenth, hundredth, best] = heights([100 + 7, 10 + 7, 1 + 7, 0 + 7]);
    assert.equal(start, 0);
    assert.ok(Math.abs((tenth as number) + 1) < kNear);
    assert.ok(Math.abs((hundredth as number) + 2) < kNear);
    assert.equal(best, hundredth, "the best stands beside the nearest");
    assert.equal(heights([1, 1e-20, 0])[1], -6, "rounding is not shown");
  });

  it("looks the same however the values are shifted or scaled", () => {
    const values = [8, 4, 2, 1];
    const moved = heights(values.map((value) => 30 * value - 500));
    heights(values).forEach((height, i) => assert.ok(Math.abs(height - (moved[i] as number)) < kNear));
  });

  it("turns an ascent over", () => {
    assert.deepEqual(heights([-8, -4, -2, -1], true), heights([8, 4, 2, 1]));
  });

  it("shows growth, up to two decades", () => {
    const [start, , far] = heights([1, 0, 1e9]);
    assert.equal(start, 0);
    assert.equal(far, 2);
    const [low, high] = heights([1, 5]);
    assert.ok((low as number) < (high as number), "where the start was the best as well");
  });

  it("fills its box from edge to edge", () => {
    const path = sparklinePath({ iterations: [10, 11, 12], values: [10_000, 10, 0] }, 120, 30);
    assert.equal(path, "M0 0L60 30L120 30");
  });

  it("breaks where a value is NaN, and stands still where nothing changes", () => {
    assert.equal(sparklinePath({ iterations: [0, 1, 2, 3, 4], values: [1, 1, NaN, 1, 1] }, 80, 20), "M0 10L20 10M60 10L80 10");
    assert.equal(sparklinePath({ iterations: [0], values: [3] }, 80, 20), "M0 10");
    assert.equal(sparklinePath({ iterations: [], values: [] }, 80, 20), "");
    assert.equal(sparklinePath({ iterations: [0], values: [NaN] }, 80, 20), "");
  });

  it("survives infinities", () => {
    const path = sparklinePath({ iterations: [0, 1, 2], values: [1, Infinity, 0] }, 80, 20);
    assert.ok(!/NaN|Infinity/.test(path), path);
    assert.equal(sparklinePath({ iterations: [0, 1], values: [Infinity, Infinity] }, 80, 20).includes("NaN"), false);
  });
});
