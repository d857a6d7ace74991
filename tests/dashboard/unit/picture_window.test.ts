// Windows on a plane: around paths, also such as diverge.
import assert from "node:assert/strict";
import { test } from "node:test";
import { equalAspect, isInside, outside, pan, pathBox, withMargin, zoom } from "../../../client/web/src/pictures/box";
import type { Track } from "../../../client/web/src/pictures/projection";

/** x_k with y = x / 2 and f = x^2. */
function track(x: number[]): Track {
  return {
    length: x.length,
    iteration: x.map((_, k) => k),
    u: Float64Array.from(x),
    v: Float64Array.from(x, (each) => each / 2),
    value: x.map((each) => each * each),
  };
}

test("A path that converges is shown whole", () => {
  const x = Array.from({ length: 200 }, (_, k) => 3 * (-0.9) ** k);
  assert.deepEqual(pathBox(track(x)), { u: [-2.7, 3], v: [-1.35, 1.5] });
});

test("Of a path that diverges from the start the window shows the first steps", () => {
  const x = Array.from({ length: 400 }, (_, k) => (-1.2) ** k);
  const box = pathBox(track(x));
  assert.ok(box && box.u[0] <= -1.2 && box.u[1] >= 1.44, "the first steps are in it");
  assert.ok(box.u[1] < 12, "the last are not");
  assert.ok(outside(track(x), box, x.length) > 380);
});

test("Of a path that explodes after a good beginning the window shows the beginning", () => {
  const x = [...Array.from({ length: 50 }, (_, k) => 5 * 0.9 ** k), ...Array.from({ length: 50 }, (_, k) => 10 ** k)];
  const box = pathBox(track(x));
  assert.ok(box && box.u[1] >= 5 && box.u[1] < 50);
});

test("NaN and infinities are nowhere", () => {
  assert.deepEqual(pathBox(track([2, 1, NaN, Infinity]))?.u, [1, 2]);
  assert.equal(pathBox(track([NaN])), undefined);
  assert.equal(pathBox(track([])), undefined);
  assert.equal(outside(track([1, NaN, Infinity]), { u: [0, 2], v: [0, 2] }, 3), 2);
});

test("A path that stays where it starts gets a window of unit size", () => {
  assert.deepEqual(withMargin(pathBox(track([2, 2, 2])) ?? { u: [0, 0], v: [0, 0] }), { u: [1, 3], v: [0, 2] });
});

test("A path along one axis gets some room along the other", () => {
  const { u, v } = withMargin({ u: [0, 8], v: [1, 1] });
  assert.ok(u[0] < 0 && u[1] > 8);
  assert.deepEqual(v, [-1, 3]);
});

test("Units of equal length: the window grows along one side only", () => {
  const box = equalAspect({ u: [-1, 1], v: [-1, 1] }, 300, 200);
  assert.deepEqual(box, { u: [-1.5, 1.5], v: [-1, 1] });
});

test("Zooming keeps the point under the pointer", () => {
  const box = zoom({ u: [0, 10], v: [0, 4] }, 0.5, 2, 4);
  assert.deepEqual(box, { u: [1, 6], v: [2, 4] });
});

test("Zooming ends before doubles do", () => {
  let box = { u: [1, 2] as [number, number], v: [1, 2] as [number, number] };
  for (let i = 0; i < 1000; ++i) box = zoom(box, 0.5, 1.3, 1.3);
  assert.ok(box.u[1] > box.u[0]);
  for (let i = 0; i < 10_000; ++i) box = zoom(box, 2, 1.3, 1.3);
  assert.ok(Number.isFinite(box.u[1] - box.u[0]));
});

test("Moving goes by shares of the window", () => {
  assert.deepEqual(pan({ u: [0, 10], v: [0, 4] }, 0.1, -0.5), { u: [1, 11], v: [-2, 2] });
});

test("A window is inside of itself and not inside of a smaller one", () => {
  const box = { u: [0, 1] as [number, number], v: [0, 1] as [number, number] };
  assert.ok(isInside(box, box));
  assert.ok(!isInside(box, zoom(box, 0.9, 0.5, 0.5)));
});
