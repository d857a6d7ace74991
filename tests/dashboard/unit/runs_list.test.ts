// The list of runs: pages and changes merged; filters; what rows say; rows in sight.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CatalogEntrySchema } from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { type Run, RunSchema, RunState, TerminationReason } from "../../../client/web/gen/thalweg/v1/run_pb";
import { filterOf, labelComplaint, queryOf, saysText } from "../../../client/web/src/views/runs/filter";
import { laterOf, RunList } from "../../../client/web/src/views/runs/run_list";
import { actionsOf, endWord, objectiveText, runTitle } from "../../../client/web/src/views/runs/run_text";
import { shortPart } from "../../../client/web/src/views/runs/short_part";
import { rowsInSight } from "../../../client/web/src/views/runs/window";
import { type Plain, toPart } from "../../../client/web/src/wire/parts";

const kAny = { state: RunState.UNSPECIFIED, label: "" };

/** Run `second` was made in that second. */
function run(second: number, more: Partial<Pick<Run, "state" | "iteration" | "labels" | "displayName">> = {}): Run {
  const createTime = { seconds: BigInt(second) };
  return create(RunSchema, { name: `runs/${second}`, createTime, state: RunState.RUNNING, ...more });
}

const seconds = (list: RunList): number[] => list.runs.map(({ name }) => Number(name.slice(5)));

describe("The list of runs", () => {
  it("shows the newest first, each once, however they come", () => {
    const list = new RunList(kAny);
    list.change(run(7));
    list.append([run(7), run(6), run(5)], "next");
    list.append([run(5), run(4)], "");
    list.change(run(9));
    list.change(run(8));
    assert.deepEqual(seconds(list), [9, 8, 7, 6, 5, 4]);
  });

  it("leaves older runs to their page until that has come", () => {
    const list = new RunList(kAny);
    list.append([run(9), run(8)], "next");
    list.change(run(3, { state: RunState.FINISHED }));
    assert.deepEqual(seconds(list), [9, 8]);
    list.append([run(4)], "");
    list.change(run(3, { state: RunState.FINISHED }));
    assert.deepEqual(seconds(list), [9, 8, 4, 3]);
  });

  it("is not set back by a page that was drawn up before a change", () => {
    const list = new RunList(kAny);
    list.change(run(1, { state: RunState.FINISHED, iteration: 10n }));
    list.append([run(1, { state: RunState.RUNNING, iteration: 5n })], "");
    assert.equal(list.runs[0]?.state, RunState.FINISHED);
  });

  it("does not bring back what was deleted while a page was asked for", () => {
    const list = new RunList(kAny);
    const done = list.ask();
    list.delete("runs/2");
    list.append([run(3), run(2), run(1)], "");
    done();
    assert.deepEqual(seconds(list), [3, 1]);
    list.change(run(2));
    assert.deepEqual(seconds(list), [3, 2, 1], "a later run of that name is another one");
  });

  it("drops what is gone from the span that is asked for again, and keeps what is older", () => {
    const list = new RunList(kAny);
    list.append([run(9), run(8), run(7), run(6)], "behind 6");
    list.append([run(5), run(4)], "behind 4");
    list.refresh([run(10), run(9), run(7), run(6)], "behind 6");
    assert.deepEqual(seconds(list), [10, 9, 7, 6, 5, 4]);
    assert.equal(list.nextPageToken, "behind 4", "going on where it was left");
    list.refresh([run(10)], "");
    assert.deepEqual(seconds(list), [10]);
    assert.ok(list.complete);
  });

  it("lets a run go that has another state than is wanted, or another label", () => {
    const running = new RunList({ state: RunState.RUNNING, label: "" });
    running.append([run(2), run(1)], "");
    running.change(run(2, { state: RunState.PAUSED }));
    running.change(run(3, { state: RunState.QUEUED }));
    assert.deepEqual(seconds(running), [1]);
    const labelled = new RunList({ state: RunState.UNSPECIFIED, label: "study=a" });
    labelled.append([], "");
    labelled.change(run(1, { labels: { study: "b" } }));
    labelled.change(run(2, { labels: { study: "a" } }));
    assert.deepEqual(seconds(labelled), [2]);
  });

  it("takes of two views of a run the one that is further on", () => {
    const early = run(1, { iteration: 5n });
    const late = run(1, { iteration: 9n });
    const over = run(1, { iteration: 7n, state: RunState.CANCELLED });
    const paused = run(1, { iteration: 9n, state: RunState.PAUSED });
    assert.equal(laterOf(late, early), late);
    assert.equal(laterOf(early, late), late);
    assert.equal(laterOf(over, late), over);
    assert.equal(laterOf(late, over), over);
    assert.equal(laterOf(late, paused), paused, "the newer one where neither is further");
  });
});

describe("A filter", () => {
  it("stands in the address and is read from there", () => {
    const filter = { state: RunState.PAUSED, label: "study=7f", text: "rosen brock" };
    const query = new URLSearchParams(queryOf(filter) as Record<string, string>);
    assert.equal(query.toString(), "state=paused&label=study%3D7f&text=rosen+brock");
    assert.deepEqual(filterOf(query), filter);
    assert.deepEqual(filterOf(new URLSearchParams("state=nonsense")), { ...kAny, text: "" });
  });

  it("finds every word somewhere in a row", () => {
    const one = create(RunSchema, {
      name: "runs/ab12",
      displayName: "Ravine",
      objective: { kind: { case: "function", value: "rosenbrock" } },
      optimizer: toPart({ kind: "adam", settings: { learning_rate: 0.1 } }),
      labels: { lesson: "momentum" },
      state: RunState.FINISHED,
      termination: { reason: TerminationReason.NON_FINITE },
    });
    for (const text of ["", "ravine ADAM", "ab12", "rosen", "learning_rate=0.1", "lesson=mom", "finished non-finite"]) {
      assert.ok(saysText(one, text), text);
    }
    assert.ok(!saysText(one, "ravine momentum_gd"));
  });

  it("says what a label looks like", () => {
    assert.equal(labelComplaint(""), undefined);
    assert.equal(labelComplaint("study="), undefined);
    assert.match(labelComplaint("study") ?? "", /key=value/);
    assert.match(labelComplaint("=a") ?? "", /key=value/);
  });
});

describe("A row", () => {
  it("calls a run by its name, or by what it descends", () => {
    const formula = create(RunSchema, { objective: { kind: { case: "expression", value: "x**2\n  + y**2" } } });
    const test = create(RunSchema, { objective: { kind: { case: "function", value: "sphere" }, dimension: 5n } });
    assert.equal(runTitle(formula), "x**2 + y**2");
    assert.equal(runTitle(test), "sphere (n = 5)");
    assert.equal(runTitle({ ...test, displayName: "Bowl" }), "Bowl");
    assert.equal(objectiveText(formula, 6), "x**2 …");
  });

  it("says in a word why a run is over", () => {
    const over = (reason: TerminationReason) => endWord(create(RunSchema, { termination: { reason } }));
    assert.equal(over(TerminationReason.CONVERGED), "converged");
    assert.equal(over(TerminationReason.NON_FINITE), "non-finite");
    assert.equal(endWord(run(1)), "");
  });

  it("offers what a run's state allows", () => {
    const offered = (state: RunState) =>
      Object.entries(actionsOf(run(1, { state })))
        .filter(([, allowed]) => allowed)
        .map(([action]) => action);
    assert.deepEqual(offered(RunState.QUEUED), ["pause", "stop"]);
    assert.deepEqual(offered(RunState.RUNNING), ["pause", "stop"]);
    assert.deepEqual(offered(RunState.PAUSED), ["resume", "stop"]);
    assert.deepEqual(offered(RunState.FAILED), ["remove"]);
  });
});

describe("Rows in sight", () => {
  it("are those in the window and a few around it", () => {
    assert.deepEqual(rowsInSight(5000, 800, 50, 10_000), { from: 92, to: 124 });
  });
  it("stay within the list", () => {
    assert.deepEqual(rowsInSight(-300, 800, 50, 10_000), { from: 0, to: 18 });
    assert.deepEqual(rowsInSight(490_000, 800, 50, 10_000), { from: 9792, to: 9824 });
    assert.deepEqual(rowsInSight(0, 800, 50, 3), { from: 0, to: 3 });
    assert.deepEqual(rowsInSight(9_000, 800, 50, 3), { from: 3, to: 3 });
  });
});

describe("A part in few words", () => {
  const adam = create(CatalogEntrySchema, {
    name: "adam",
    options: [
      { name: "beta1", defaultText: "0.9" },
      { name: "learning_rate", defaultText: "0.001" },
      { name: "clip_norm", defaultText: "inf" },
      { name: "amsgrad", defaultText: "false" },
    ],
  });
  const part = (settings: Record<string, Plain>) => toPart({ kind: "adam", settings });

  it("says the learning rate and what is not as usual", () => {
    const usual = { beta1: 0.9, learning_rate: 0.001, clip_norm: Infinity, amsgrad: false };
    assert.equal(shortPart(part(usual), [adam]), "adam(learning_rate=0.001)");
    const unusual = { beta1: 0.5, learning_rate: { kind: "cosine", settings: { initial: 1 } }, clip_norm: 2, amsgrad: true };
    assert.equal(shortPart(part(unusual), [adam]), "adam(beta1=0.5, learning_rate=cosine, clip_norm=2, amsgrad=yes)");
  });

  it("says the kind alone of what the catalogue does not know", () => {
    assert.equal(shortPart(part({ beta1: 0.5 }), []), "adam");
  });
});
