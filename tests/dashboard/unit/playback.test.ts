// Playback, and the window of the table that follows it.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IterateBatchSchema } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { Trace } from "../../../client/web/src/trace/trace";
import { Playback, parseSpeed, speedText } from "../../../client/web/src/views/run/playback";
import { scrollTo, windowOf } from "../../../client/web/src/views/run/table_window";

function playbackOf(iterations: number[]): { playback: Playback; trace: Trace } {
  const trace = new Trace();
  trace.append(create(IterateBatchSchema, { iteration: iterations.map(BigInt), value: iterations }));
  return { playback: new Playback({ trace }), trace };
}

describe("Playback", () => {
  it("follows the newest until someone moves it", () => {
    const { playback, trace } = playbackOf([0, 1, 2]);
    assert.deepEqual([playback.iteration.value, playback.row()], [undefined, 2]);

    trace.append(create(IterateBatchSchema, { iteration: [3n], value: [3] }));
    assert.equal(playback.row(), 3);

    playback.seek(1);
    trace.append(create(IterateBatchSchema, { iteration: [4n], value: [4] }));
    assert.deepEqual([playback.iteration.value, playback.row(), playback.following.value], [1, 1, false]);
  });

  it("shows what is there: not before the first iterate, not behind the last", () => {
    const { playback } = playbackOf([10, 12, 20]);
    playback.seek(3);
    assert.equal(playback.iteration.value, 10);
    playback.seek(99);
    assert.equal(playback.iteration.value, 20);
    playback.seek(15.4);
    assert.deepEqual([playback.iteration.value, playback.row()], [15, 1]);
  });

  it("steps from row to row, and behind the last follows again", () => {
    const { playback } = playbackOf([0, 5, 9]);
    playback.first();
    playback.step(1);
    assert.equal(playback.iteration.value, 5);
    playback.step(-7);
    assert.equal(playback.iteration.value, 0);
    playback.step(2);
    playback.step(1);
    assert.equal(playback.following.value, true);
  });

  it("plays in real iterations, so many a second, over the gaps of a thinned trace too", () => {
    const { playback } = playbackOf([0, 1, 2, 10, 20, 30]);
    playback.setSpeed({ perSecond: 10 });
    playback.toggle();
    const seen: (number | undefined)[] = [];
    for (let frame = 0; frame < 25; ++frame) {
      playback.advance(0.1);
      seen.push(playback.iteration.value);
    }
    assert.deepEqual(seen.slice(0, 3), [1, 2, 2]);
    assert.deepEqual([seen[8], seen[9], seen[19]], [2, 10, 20]);
  });

  it("plays all rows in so many seconds, each for the same time, and then stops at the newest", () => {
    const { playback } = playbackOf([0, 1, 100, 1_000, 1_000_000]);
    playback.setSpeed({ wholeIn: 4 });
    playback.toggle();
    const seen: (number | undefined)[] = [];
    for (let second = 0; second < 5; ++second) {
      playback.advance(1);
      seen.push(playback.iteration.value);
    }
    assert.deepEqual(seen, [1, 100, 1_000, undefined, undefined]);
    assert.equal(playback.playing.value, false);
  });

  it("halts where it is, and plays on from there; from the beginning where it was at the end", () => {
    const { playback } = playbackOf([0, 1, 2, 3]);
    playback.setSpeed({ perSecond: 1 });
    playback.toggle();
    assert.equal(playback.iteration.value, 0);
    playback.advance(2);
    playback.toggle();
    playback.advance(10);
    assert.deepEqual([playback.iteration.value, playback.playing.value], [2, false]);
    playback.toggle();
    playback.advance(0.5);
    assert.equal(playback.iteration.value, 2);
  });

  it("has nothing to play where there are no two iterates", () => {
    const { playback } = playbackOf([0]);
    playback.toggle();
    assert.equal(playback.playing.value, false);
    const empty = playbackOf([]).playback;
    empty.step(1);
    empty.toggle();
    assert.equal(empty.row(), -1);
  });

  it("has speeds that links can say", () => {
    for (const speed of [{ perSecond: 25 }, { wholeIn: 10 }]) assert.deepEqual(parseSpeed(speedText(speed)), speed);
    for (const text of [null, "", "fast", "0/s", "-3s"]) assert.equal(parseSpeed(text), undefined);
  });
});

describe("The window of a long table", () => {
  it("makes the rows that are seen and a few more, and keeps the length of all", () => {
    const { from, to, above, below } = windowOf(10_000, 28, 28 * 5_000, 280);
    assert.ok(from <= 5_000 && to >= 5_010 && to - from < 40);
    assert.equal(above + (to - from) * 28 + below, 10_000 * 28);
  });

  it("stays within the table", () => {
    assert.deepEqual(windowOf(3, 28, 0, 280), { from: 0, to: 3, above: 0, below: 0 });
    assert.deepEqual(windowOf(0, 28, 500, 280), { from: 0, to: 0, above: 0, below: 0 });
    const past = windowOf(50, 28, 1e6, 280);
    assert.ok(past.from < past.to && past.to === 50);
  });

  it("scrolls only as far as it must", () => {
    assert.equal(scrollTo(5, 10, 0, 100), 0, "in view already");
    assert.equal(scrollTo(50, 10, 0, 100), 455, "to the middle");
    assert.equal(scrollTo(0, 10, 300, 100), 0);
  });
});
