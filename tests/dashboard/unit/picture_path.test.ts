// Paths on pictures: projected on planes, thinned to arrows, drawn as SVG paths; the colours below them.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { test } from "node:test";
import { IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { Trace } from "../../../client/web/src/trace/trace";
import {
  arrowPath,
  clipped,
  dotPieces,
  joined,
  linePieces,
  longestSteps,
  rowBehind,
  spacedSteps,
} from "../../../client/web/src/pictures/arrows";
import { css, heightColour, isDark } from "../../../client/web/src/pictures/colour_map";
import { movedTo, projector, trackOf } from "../../../client/web/src/pictures/projection";

const pixels = (points: [number, number][]) => ({
  length: points.length,
  x: points.map(([x]) => x),
  y: points.map(([, y]) => y),
});

test("On a plane of coordinates u and v are these coordinates", () => {
  const plane = { origin: Float64Array.of(0, 7, 0), uDirection: Float64Array.of(0, 0, 1), vDirection: Float64Array.of(1, 0, 0) };
  assert.deepEqual(projector(plane)([4, 5, 6]), [6, 4]);
});

test("On any plane origin + u a + v b comes back as u and v, also where a and b are askew", () => {
  const origin = Float64Array.of(1, -2, 3, 0);
  const a = Float64Array.of(1, 2, 0, -1);
  const b = Float64Array.of(0, 1, 1, 4);
  const x = origin.map((each, k) => each + 0.75 * (a[k] as number) - 2.5 * (b[k] as number));
  const [u, v] = projector({ origin, uDirection: a, vDirection: b })(x);
  assert.ok(Math.abs(u - 0.75) < 1e-12 && Math.abs(v + 2.5) < 1e-12);
});

test("What is off the plane falls on its nearest point", () => {
  const plane = { origin: new Float64Array(3), uDirection: Float64Array.of(1, 0, 0), vDirection: Float64Array.of(0, 1, 0) };
  assert.deepEqual(projector(plane)([1, 2, 99]), [1, 2]);
});

test("Coordinates that were not traced count as the origin's", () => {
  const s = Math.SQRT1_2;
  const plane = { origin: Float64Array.of(0, 10), uDirection: Float64Array.of(s, s) };
  assert.ok(Math.abs(projector(plane)([2])[0] - 2 * s) < 1e-12);
});

test("A point is moved within the plane and keeps what is off it", () => {
  const plane = { origin: new Float64Array(3), uDirection: Float64Array.of(1, 0, 0), vDirection: Float64Array.of(0, 1, 0) };
  assert.deepEqual([...movedTo(plane, [1, 2, 9], 5, -1)], [5, -1, 9]);
});

test("Of many steps the longest on screen get arrows, in order", () => {
  const path = pixels([[0, 0], [10, 0], [11, 0], [50, 0], [50, 0], [50, 5]]);
  assert.deepEqual(longestSteps(path, 2, 1), [0, 2]);
  assert.deepEqual(longestSteps(path, 9, 1), [0, 1, 2, 4]);
});

test("Steps to where there is nothing have no arrow", () => {
  assert.deepEqual(longestSteps(pixels([[0, 0], [NaN, 0], [9, 9]]), 9, 1), []);
});

test("Heads are apart along the path however small its steps are", () => {
  const path = pixels(Array.from({ length: 10_001 }, (_, i) => [i / 10, 0]));
  const steps = spacedSteps(path, 100, 50);
  assert.equal(steps.length, 10);
  for (let i = 1; i < steps.length; ++i) assert.ok((steps[i] as number) - (steps[i - 1] as number) >= 1000);
  assert.equal(spacedSteps(path, 1, 50).length, 50);
});

test("The direction of a tiny step is that from further back", () => {
  const path = pixels(Array.from({ length: 101 }, (_, i) => [i / 10, 0]));
  assert.equal(rowBehind(path, 100, 4), 60);
  assert.equal(rowBehind(path, 1, 4), 0);
});

test("An arrow begins at its tail and its head ends at its tip", () => {
  const d = arrowPath(0, 0, 100, 0, true);
  assert.ok(d.startsWith("M0.0 0.0L"));
  assert.ok(d.includes("L100.0 0.0L"));
});

test("A line leaves out what a screen cannot show and keeps its last point", () => {
  const path = pixels([...Array.from({ length: 100 }, (_, i): [number, number] => [i / 1000, 0]), [0.2, 0.1]]);
  assert.equal(joined(linePieces(path), Infinity), "M0.0 0.0L0.2 0.1");
});

test("A line up to a row is a part of the whole line", () => {
  const pieces = linePieces(pixels([[0, 0], [1, 1], [2, 2], [3, 3]]));
  assert.equal(joined(pieces, 3), "M0.0 0.0L1.0 1.0L2.0 2.0");
  assert.equal(joined(pieces, 0), "");
});

test("A line of very many points is drawn with some thousands, and keeps its end", () => {
  const path = pixels(Array.from({ length: 16_000 }, (_, i) => [300 * Math.sin(i / 500), 300 * Math.cos(i / 500)]));
  const { rows } = linePieces(path);
  assert.ok(rows.length <= 4_000);
  assert.equal(rows.at(-1), 15_999);
});

test("A line is interrupted where there is no number", () => {
  assert.equal(joined(linePieces(pixels([[0, 0], [1, 1], [NaN, 2], [3, 3], [4, 4]])), Infinity), "M0.0 0.0L1.0 1.0M3.0 3.0L4.0 4.0");
});

test("A step to 1e300 is drawn in its direction as far as renderers can follow", () => {
  const piece = clipped([0, 0, 1e300, 5e299]);
  assert.deepEqual(piece, [0, 0, 1e4, 5e3]);
  assert.equal(clipped([0, 0, Infinity, 0]), undefined);
  assert.equal(clipped([2e4, 0, 3e4, 0]), undefined);
});

test("Iterates on one another are one dot", () => {
  assert.equal(joined(dotPieces(pixels([[1, 1], [1.1, 1.2], [9, 9], [NaN, 1]])), Infinity), "M1.0 1.0h0M9.0 9.0h0");
});

test("Higher is lighter, in even steps, on light and on dark pages", () => {
  for (const dark of [false, true]) {
    const lightness = Array.from({ length: 21 }, (_, i) => {
      const [red, green, blue] = heightColour(i / 20, dark).map((each) => {
        const share = each / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      return 116 * Math.cbrt(luminance) - 16; // L* of CIELAB
    });
    for (let i = 1; i < lightness.length; ++i) {
      const step = (lightness[i] as number) - (lightness[i - 1] as number);
      assert.ok(step > 1 && step < 6, `step ${i}: ${step}`);
    }
  }
});

test("Heights beyond the ends have the colours of the ends", () => {
  assert.deepEqual(heightColour(-3, false), heightColour(0, false));
  assert.deepEqual(heightColour(7, false), heightColour(1, false));
});

test("Colours are written as style sheets have them", () => {
  assert.equal(css([255, 0, 16]), "#ff0010");
  assert.ok(isDark("#11161c") && !isDark("#ffffff"));
});

test("A path whose values are of batches alone takes its heights from the surface", () => {
  const plane = { origin: new Float64Array(2), uDirection: Float64Array.of(1, 0), vDirection: Float64Array.of(0, 1) };
  const trace = new Trace();
  trace.append(create(IterateBatchSchema, { iteration: [0n, 1n], value: [-99, 99], x: [1, 2, 3, 4], coordinates: 2n }));
  assert.deepEqual([...trackOf(trace, plane, (u, v) => 10 * u + v).value as Float64Array], [12, 34]);
  assert.deepEqual([...trackOf(trace, plane).value as Float64Array], [-99, 99]);
});
