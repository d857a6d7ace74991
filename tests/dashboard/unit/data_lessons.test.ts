// Lessons from data: their tables are the same everywhere, and their fits are filled in right.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readNumber } from "../../../client/web/src/parts/number_text";
import { crc32c } from "../../../client/web/src/views/data/crc32c";
import { fitOf, kDataLessons } from "../../../client/web/src/views/gallery/data_lessons";
import { studyOf } from "../../../client/web/src/views/gallery/data_requests";
import { csvOf, tableOf, type TableName, uniforms } from "../../../client/web/src/views/gallery/tables";
import { toFit } from "../../../client/web/src/views/fit/request";

const kNames: TableName[] = ["line", "units", "wave", "moons"];

test("A lesson's table is the same each time, to the last byte", () => {
  const sums = kNames.map((name) => crc32c(new TextEncoder().encode(csvOf(tableOf(name)))));
  assert.deepEqual(sums, kNames.map((name) => crc32c(new TextEncoder().encode(csvOf(tableOf(name))))));
  assert.deepEqual(sums, [156618498, 4061693576, 1063550506, 2936110726]);
});

test("Its random numbers are those of mulberry32", () => {
  const next = uniforms(1);
  assert.deepEqual([next(), next()].map((value) => Math.floor(value * 2 ** 32)), [2693262067, 11749833]);
});

test("The line's table has the line that it is said to have", () => {
  const { rows } = tableOf("line");
  const mean = (k: number) => rows.reduce((sum, row) => sum + (row[k] as number), 0) / rows.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of: (dx: number, dy: number) => number) =>
    rows.reduce((total, row) => total + of((row[0] as number) - x, (row[1] as number) - y), 0);
  const slope = sum((dx, dy) => dx * dy) / sum((dx) => dx * dx);
  assert.ok(Math.abs(slope - 2) < 0.15 && Math.abs(y - slope * x - 1) < 0.15, `${slope} ${y - slope * x}`);
});

test("Every lesson is filled in right, at a pace to be watched", () => {
  assert.equal(new Set(kDataLessons.map(({ id }) => id)).size, kDataLessons.length);
  for (const lesson of kDataLessons) {
    const columns = tableOf(lesson.table).columns;
    for (const variant of lesson.variants) {
      const draft = fitOf(lesson, variant, "s01");
      assert.deepEqual(toFit(draft, undefined).complaints, [], variant.title);
      assert.ok(columns.includes(draft.target), variant.title);
      assert.ok((readNumber(draft.pace) ?? 0) >= 1, variant.title);
    }
  }
});

test("All variants at once differ in one part", () => {
  for (const lesson of kDataLessons.filter(({ together }) => together)) {
    const { vary, run } = studyOf(lesson, "s01", undefined);
    assert.deepEqual(vary.map(({ path, values }) => [path, values.length]), [[lesson.together?.path, lesson.variants.length]]);
    assert.equal(run?.[lesson.together?.path ?? "optimizer"], undefined);
    const others = lesson.variants.map((variant) => {
      const { pace: _pace, displayName: _name, [lesson.together?.path ?? "optimizer"]: _part, ...rest } = fitOf(lesson, variant, "s01");
      return JSON.stringify(rest);
    });
    assert.equal(new Set(others).size, 1, lesson.id);
  }
});
