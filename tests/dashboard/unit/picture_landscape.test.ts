// Sampled functions: between the samples, contours, levels, heights.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bands, definedRegion, labelPlaces, rings } from "../../../client/web/src/pictures/contour_paths";
import { bandOf, drape, heightOf, usualScale } from "../../../client/web/src/pictures/heights";
import { extremePoint, type Landscape, numberAt, valueAt } from "../../../client/web/src/pictures/landscape";
import { levelsOf } from "../../../client/web/src/pictures/levels";
import { valueRange } from "../../../client/web/src/pictures/curve_layer";

function sampled(f: (x: number, y: number) => number, from: number, to: number, count = 101): Landscape {
  const range = { from, to, count };
  const values: number[] = [];
  for (let i = 0; i < count; ++i) {
    for (let j = 0; j < count; ++j) values.push(f(numberAt(range, j), numberAt(range, i)));
  }
  return {
    values,
    u: range,
    v: range,
    uName: "x",
    vName: "y",
    origin: new Float64Array(2),
    uDirection: Float64Array.of(1, 0),
    vDirection: Float64Array.of(0, 1),
  };
}
const rosenbrock = (x: number, y: number) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
const bowl = (x: number, y: number) => x * x + y * y;

test("A contour of x^2 + y^2 is a circle of the level's root", () => {
  const landscape = sampled(bowl, -2, 2);
  for (const level of [0.25, 1, 2.25]) {
    const [ring, ...others] = rings(landscape, level).filter((each) => each.length < 400);
    assert.equal(others.length, 0);
    for (const [x, y] of ring as [number, number][]) {
      const radius = Math.hypot(numberAt(landscape.u, x - 0.5), numberAt(landscape.u, y - 0.5));
      // Between samples 0.04 apart the square is off by at most 0.04^2 / 8 in each direction.
      assert.ok(Math.abs(radius ** 2 - level) < 2 * (0.04 ** 2 / 4), `radius ${radius} of level ${level}`);
    }
  }
});

test("The least sample of Rosenbrock's function is where its minimum is", () => {
  const least = extremePoint(sampled(rosenbrock, -2, 2));
  assert.ok(least);
  assert.ok(Math.abs(least.u - 1) < 1e-12 && Math.abs(least.v - 1) < 1e-12 && least.value < 1e-20);
  assert.equal(least.onEdge, false);
});

test("The least sample of a slope is on the edge of the window, and no minimum", () => {
  assert.equal(extremePoint(sampled((x) => x, -1, 1))?.onEdge, true);
});

test("Going up hill the greatest sample is looked for", () => {
  const greatest = extremePoint(sampled((x, y) => 3 - bowl(x, y), -1, 1), true);
  assert.ok(greatest && Math.abs(greatest.u) < 1e-12 && greatest.value === 3);
});

test("NaN and infinities are never the least", () => {
  const least = extremePoint(sampled((x, y) => (x < 0 ? NaN : x > 0.9 ? -Infinity : x + y * y), -1, 1));
  assert.ok(least && least.value === 0);
  assert.equal(extremePoint(sampled(() => NaN, -1, 1, 5)), undefined);
});

test("Between samples the value is interpolated, outside it is unknown", () => {
  const plane = sampled((x, y) => 2 * x - 3 * y + 1, -1, 1, 5);
  assert.ok(Math.abs(valueAt(plane, 0.3, -0.7) - (0.6 + 2.1 + 1)) < 1e-12);
  assert.equal(valueAt(plane, 1, 1), 0);
  assert.ok(Number.isNaN(valueAt(plane, 1.01, 0)));
});

test("Half of the samples are below the middle of the levels, so that valleys show", () => {
  for (const f of [bowl, rosenbrock, (x: number, y: number) => x * x - y * y]) {
    const landscape = sampled(f, -2, 2);
    const levels = levelsOf(landscape.values, 20);
    const below = (landscape.values as number[]).filter((value) => levels.place(value) < 0.5).length;
    assert.ok(Math.abs(below / 101 ** 2 - 0.5) < 0.02, `${below}`);
  }
});

test("Levels of Rosenbrock's function reach far down into its valley", () => {
  const { levels, to } = levelsOf(sampled(rosenbrock, -2, 2).values, 20);
  assert.ok((levels[0] as number) < to / 10_000 && to > 3000);
  assert.ok(levels.length >= 16);
});

test("Levels increase, within the values, also where these are negative", () => {
  const { levels, from, to } = levelsOf(sampled((x, y) => -5 - bowl(x, y), -2, 2).values, 20);
  assert.equal(from, -13);
  assert.equal(to, -5);
  levels.reduce((a, b) => (assert.ok(a < b), b), -13);
  assert.ok((levels.at(-1) as number) < -5);
});

test("Going up hill the levels are dense below the greatest value", () => {
  const { levels, from } = levelsOf(sampled((x, y) => -rosenbrock(x, y), -2, 2).values, 20, { ascending: true });
  levels.reduce((a, b) => (assert.ok(a < b), b), -Infinity);
  assert.ok(from < -3000 && (levels.at(-1) as number) > from / 10_000);
});

test("A lower value that is known begins the levels", () => {
  assert.equal(levelsOf([1, 2, 3, 4], 4, { floor: -2 }).from, -2);
  assert.equal(levelsOf([1, 2, 3, 4], 4, { floor: 9 }).from, 1);
});

test("Constants and landscapes without a number have no levels", () => {
  assert.deepEqual(levelsOf([3, 3, 3, 3], 10).levels, []);
  const none = levelsOf([NaN, NaN, Infinity], 10);
  assert.deepEqual(none.levels, []);
  assert.ok(Math.abs(none.hole - 2 / 3) < 1e-12);
});

test("A few enormous values do not take all colours", () => {
  const values = Array.from({ length: 1000 }, (_, i) => (i < 995 ? i / 995 : 1e200));
  assert.ok(levelsOf(values, 10).to <= 1);
});

test("Contours end where the function does", () => {
  const half = sampled((x, y) => (x < 0 ? NaN : y), -1, 1, 21);
  for (const ring of rings(half, 0.5)) for (const [x] of ring) assert.ok(x >= 9.5);
  assert.match(definedRegion(half), /^M[\d. L]+Z$/);
});

test("The band of a level is an SVG path around all that is above it", () => {
  const [band] = bands(sampled((x) => x, 0, 1, 3), [0.5]);
  assert.equal(band?.level, 0.5);
  assert.ok(band?.path.startsWith("M") && band.path.endsWith("Z"));
});

test("Labels lie on their contours and apart from one another", () => {
  const landscape = sampled(bowl, -2, 2);
  const labels = labelPlaces(landscape, [0.5, 1, 2], 6, 6);
  assert.equal(labels.length, 3);
  for (const { level, x, y } of labels) {
    assert.ok(Math.abs(bowl(numberAt(landscape.u, x - 0.5), numberAt(landscape.u, y - 0.5)) - level) < 1e-3);
  }
});

test("Linear heights are shares of the range; compressed ones lift the middle and keep the ends", () => {
  const levels = levelsOf(sampled(rosenbrock, -2, 2).values, 20);
  const linear = heightOf(levels, "linear");
  const compressed = heightOf(levels, "compressed");
  assert.equal(usualScale(levels), "compressed");
  assert.ok(Math.abs(linear((levels.from + levels.to) / 2) - 0.5) < 1e-12);
  const median = levels.from + (levels.to - levels.from) * 0.5 ** levels.power;
  assert.ok(Math.abs(compressed(median) - 0.5) < 1e-9);
  for (const height of [linear, compressed]) {
    assert.equal(height(levels.from), 0);
    assert.ok(Math.abs(height(levels.to) - 1) < 1e-12);
    assert.equal(height(-Infinity), 0);
    assert.ok(Math.abs(height(Infinity) - 1) < 1e-12);
  }
});

test("A bowl's heights are left as they are", () => {
  assert.equal(usualScale(levelsOf(sampled(bowl, -2, 2).values, 20)), "linear");
});

test("The band of a value counts the levels below it", () => {
  const levels = { ...levelsOf([0, 1], 2), from: 0, to: 10, levels: [2, 4] };
  assert.equal(bandOf(levels, 1), 0.5);
  assert.equal(bandOf(levels, 3), 1.5);
  assert.equal(bandOf(levels, 7), 2.5);
  assert.ok(bandOf(levels, Infinity) < 3);
});

test("A path on a surface gets points between its iterates, and loses what is outside", () => {
  const landscape = sampled(bowl, -2, 2, 5); // cells of length 1
  const track = { length: 4, iteration: [0, 1, 2, 3], u: Float64Array.of(-2, 2, 9, 0), v: new Float64Array(4), value: [4, 4, 81, 0] };
  const { points, upTo } = drape(track, landscape, true);
  assert.deepEqual([...upTo], [1, 5, 5, 7]);
  assert.deepEqual(points.filter((_, k) => k % 2 === 0), [-2, -1, 0, 1, 2, 1, 0]);
});

test("A curve's axis shows the values of its window, not of single poles", () => {
  const u = { from: -1, to: 1, count: 2001 };
  const pole = Array.from({ length: 2001 }, (_, j) => 1 / Math.abs(numberAt(u, j)));
  const [, to] = valueRange({ ...sampled(bowl, 0, 1, 2), values: pole, u }, { u: [-1, 1], v: [0, 0] });
  assert.ok(to > 50 && to < 500, `${to}`);
});

test("With a path on it a curve's axis keeps the path readable", () => {
  const u = { from: -5, to: 5, count: 1001 };
  const values = Array.from({ length: 1001 }, (_, j) => numberAt(u, j) ** 4);
  const landscape = { ...sampled(bowl, 0, 1, 2), values, u };
  const [from, to] = valueRange(landscape, { u: [-5, 5], v: [0, 0] }, { values: [0, 16], ascending: false });
  assert.ok(from < 0 && to > 60 && to < 75, `${from} ${to}`);
});
