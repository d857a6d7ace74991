// The gallery: its lessons, what it shows on top, and its replays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { RunSchema, RunState } from "../../../client/web/gen/thalweg/v1/run_pb";
import { studyOf } from "../../../client/web/src/views/gallery/lesson_requests";
import { draftOf, kHeroes, kLessons, type Lesson } from "../../../client/web/src/views/gallery/lessons";
import { rowAt } from "../../../client/web/src/views/gallery/replay";
import { after } from "../../../client/web/src/views/gallery/showcase";
import { kSketches } from "../../../client/web/src/views/gallery/sketches";
import { toRun } from "../../../client/web/src/views/new_run/request";
import { readNumber } from "../../../client/web/src/parts/number_text";
import type { Catalogue } from "../../../client/web/src/wire/catalogue";

const none: Catalogue = {
  optimizers: [],
  schedules: [],
  stoppingRules: [],
  lineSearches: [],
  functions: [],
  language: [],
  settings: {},
  version: "",
};

test("Every lesson has a name of its own, a sketch with a path for each variant, and a pace to be watched", () => {
  assert.equal(new Set(kLessons.map(({ id }) => id)).size, kLessons.length);
  for (const lesson of kLessons) {
    assert.equal(kSketches[lesson.id]?.paths.length, lesson.variants.length, lesson.id);
    for (const variant of lesson.variants) {
      const pace = readNumber(draftOf(lesson, variant).pace) ?? 0;
      assert.ok(pace >= 1 && pace <= 30, `${lesson.id}: ${variant.title}`);
    }
  }
});

test("What “Descend something” starts is there", () => {
  for (const { lesson, variant } of kHeroes) {
    assert.ok(kLessons.find(({ id }) => id === lesson)?.variants.some(({ title }) => title === variant), variant);
  }
});

test("Lessons in formulas are filled in right", () => {
  for (const lesson of kLessons) {
    for (const variant of lesson.variants) {
      const draft = draftOf(lesson, variant);
      if (draft.testFunction === "") assert.deepEqual(toRun(draft, undefined).complaints, [], variant.title);
    }
  }
});

test("A study of a lesson varies what its variants differ in, and nothing else", () => {
  const paths = (id: string) => studyOf(kLessons.find((each) => each.id === id) as Lesson, none).vary.map(({ path }) => path);
  assert.deepEqual(paths("learning-rate"), ["optimizer"]);
  assert.deepEqual(paths("himmelblau"), ["start"]);
});

const run = (name: string, state: RunState) => ({ case: "run" as const, value: create(RunSchema, { name, state }) });

test("A running run is shown until it is over; then the next that runs", () => {
  let shown = after("none", run("runs/a", RunState.RUNNING));
  assert.deepEqual(shown, { name: "runs/a", live: true, going: true });
  shown = after(shown as never, run("runs/b", RunState.RUNNING));
  assert.equal((shown as { name: string }).name, "runs/a");
  shown = after(shown as never, run("runs/a", RunState.FINISHED));
  assert.deepEqual(shown, { name: "runs/a", live: true, going: false });
  assert.equal(after(shown as never, run("runs/c", RunState.QUEUED)), shown);
  shown = after(shown as never, run("runs/b", RunState.RUNNING));
  assert.equal((shown as { name: string }).name, "runs/b");
  assert.equal(after(shown as never, { case: "deleted", value: "runs/b" }), "look again");
  assert.equal(after(shown as never, { case: "missed", value: true }), "look again");
});

test("A replay shows every row once, rests at the last, and begins again", () => {
  assert.equal(rowAt(0, 10), 0);
  assert.equal(rowAt(1_500, 10), 5);
  assert.equal(rowAt(3_000, 10), 9);
  assert.equal(rowAt(5_499, 10), 9);
  assert.equal(rowAt(5_500, 10), 0);
  assert.equal(rowAt(8_999, 100_000), 99_988);
});
