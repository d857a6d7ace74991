// Axes of pictures: scales, ticks, their texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearScale, niceStep, shortText, ticks, tickTexts } from "../../../client/web/src/pictures/scale";

test("A scale maps its ends to its pixels and back", () => {
  const scale = linearScale(-2, 6, 100, 500);
  assert.equal(scale.at(-2), 100);
  assert.equal(scale.at(6), 500);
  assert.equal(scale.at(0), 200);
  assert.equal(scale.invert(300), 2);
});

test("A scale may run against the pixels, as values on a screen do", () => {
  const scale = linearScale(0, 1, 400, 0);
  assert.equal(scale.at(0.25), 300);
  assert.equal(scale.invert(100), 0.75);
});

test("Steps are 1, 2 or 5 times a power of ten", () => {
  for (const span of [1e-9, 0.013, 0.7, 3, 47, 999, 6e12]) {
    for (const count of [3, 5, 8, 10]) {
      const step = niceStep(span, count);
      const lead = step / 10 ** Math.floor(Math.log10(step * (1 + 1e-12)));
      assert.ok([1, 2, 5].some((nice) => Math.abs(lead - nice) < 1e-9), `${span} in ${count}: ${step}`);
      assert.ok(span / step > count / 2.6 && span / step < count * 2.6);
    }
  }
});

test("Ticks are the multiples of the step within the range, both ends included", () => {
  assert.deepEqual(ticks(-1, 1, 4), [-1, -0.5, 0, 0.5, 1]);
  assert.deepEqual(ticks(0, 1, 10), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  assert.deepEqual(ticks(3.2, 9.1, 6), [4, 5, 6, 7, 8, 9]);
});

test("There are no ticks where there is no range", () => {
  assert.deepEqual(ticks(2, 2, 5), []);
  assert.deepEqual(ticks(0, Infinity, 5), []);
  assert.deepEqual(ticks(NaN, 1, 5), []);
});

test("Numbers too close for a double have no ticks instead of endlessly many", () => {
  assert.ok(ticks(1e20, 1e20 + 1e5, 5).length < 1000);
});

test("Texts of ticks share their decimals and use a true minus", () => {
  assert.deepEqual(tickTexts([-1, -0.5, 0]), ["−1.0", "−0.5", "0.0"]);
  assert.deepEqual(tickTexts([0, 20, 40]), ["0", "20", "40"]);
});

test("Texts of great and of tiny ticks are powers of ten", () => {
  assert.deepEqual(tickTexts([0, 2e5, 4e5]), ["0", "2e5", "4e5"]);
  assert.deepEqual(tickTexts([0, 5e-7, 1e-6]), ["0", "5e−7", "1e−6"]);
  assert.deepEqual(tickTexts([1.2e6, 1.3e6]), ["1.2e6", "1.3e6"]);
});

test("Short texts have three digits and powers of ten only from 100 000 on", () => {
  assert.equal(shortText(8234.5), "8230");
  assert.equal(shortText(-0.03125), "−0.0313");
  assert.equal(shortText(2.5e6), "2.5e6");
});
