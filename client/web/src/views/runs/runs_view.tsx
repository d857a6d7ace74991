// The list of runs, live: filters, actions, and the way to compare several.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { count } from "../../app/format";
import { go, href, place } from "../../app/router";
import { loadCatalogue } from "../../wire/catalogue";
import { type Action, actOn, can } from "./actions";
import { Compare } from "./compare";
import { Confirm, confirmed } from "./confirm";
import { type Filter, filterOf, labelComplaint, saysText } from "./filter";
import { Filters } from "./filters";
import { kMostLoaded, LiveRunList } from "./live_run_list";
import { RunTable } from "./run_table";
import { idOf, runTitle } from "./run_text";
import "./runs.css";

/** More curves than that are no picture. */
const kMostCompared = 16;

export function RunsView() {
  const compared = place.value.query.get("compare");
  if (compared) return <Compare names={compared.split(",").filter(Boolean).map((id) => `runs/${id}`)} />;
  return <RunsList />;
}

function RunsList() {
  const filter = filterOf(place.value.query);
  const label = labelComplaint(filter.label) ? "" : filter.label;
  const live = useMemo(() => new LiveRunList({ state: filter.state, label }), [filter.state, label]);
  useEffect(() => () => live.close(), [live]);
  useEffect(() => void loadCatalogue().catch(() => {}), []); // rows say more with it
  const selected = useSignal<ReadonlySet<string>>(new Set());

  void live.version.value;
  const { list } = live;
  const runs = list.runs.filter((run) => saysText(run, filter.text));
  const chosen = list.runs.filter((run) => selected.value.has(run.name));

  const select = (names: string[], on: boolean) => {
    const next = new Set(chosen.map((run) => run.name));
    for (const name of names) on ? next.add(name) : next.delete(name);
    selected.value = next;
  };
  const act = async (on: Run[], action: Action) => {
    const wanted = on.filter((run) => can(run, action));
    const [first] = wanted;
    if (!first) return;
    if (action === "remove") {
      const what = wanted.length === 1 ? `“${runTitle(first)}”` : `${count(wanted.length)} runs`;
      if (!(await confirmed(`Delete ${what} and all iterates? This cannot be taken back.`, "Delete"))) return;
    }
    await actOn(live, wanted, action);
  };
  // A text filter is no reason to load everything: there a button is pressed for more.
  const onEnd = () => {
    if (!filter.text && list.begun && !live.problem.peek()) void live.more();
  };
  return (
    <>
      <div class="row runs-head">
        <h1>Runs</h1>
        <a class="button primary" href={href("new")}>
          New run
        </a>
      </div>
      <Filters filter={filter} />
      <Selection chosen={chosen} onAction={(action) => void act(chosen, action)} onClear={() => select([...selected.value], false)} />
      {live.problem.value && (
        <p class="complaint" role="alert">
          {live.problem.value.text}
        </p>
      )}
      {runs.length > 0 && (
        <RunTable
          runs={runs}
          complete={list.complete}
          selected={selected.value}
          onSelect={select}
          onAction={(run, action) => void act([run], action)}
          onEnd={onEnd}
        />
      )}
      {list.complete && runs.length === 0 && <Nothing filter={filter} />}
      <Foot live={live} shown={runs.length} filter={filter} />
      <Confirm />
    </>
  );
}

function Selection({ chosen, onAction, onClear }: { chosen: Run[]; onAction: (action: Action) => void; onClear: () => void }) {
  if (chosen.length === 0) return null;
  const offer = (action: Action, verb: string) => {
    const able = chosen.filter((run) => can(run, action)).length;
    return (
      <button type="button" disabled={able === 0} class={action === "remove" ? "danger" : ""} onClick={() => onAction(action)}>
        {verb}
        {able > 0 && able < chosen.length ? ` ${able}` : ""}
      </button>
    );
  };
  const ids = chosen.slice(0, kMostCompared).map((run) => idOf(run.name));
  return (
    <div class="row selection" role="group" aria-label="Selected runs">
      <span role="status">{count(chosen.length)} selected</span>
      {offer("pause", "Pause")}
      {offer("resume", "Resume")}
      {offer("stop", "Stop")}
      {offer("remove", "Delete")}
      <button type="button" disabled={chosen.length < 2} onClick={() => go("runs", { compare: ids.join(",") })}>
        Compare{chosen.length > kMostCompared ? ` the newest ${kMostCompared}` : ""}
      </button>
      <button type="button" class="plain" onClick={onClear}>
        Clear selection
      </button>
    </div>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  if (filter.state || filter.label || filter.text) {
    return (
      <p class="empty">
        No run is like that. <a href={href("runs")}>Show all runs</a>
      </p>
    );
  }
  return (
    <p class="empty">
      No runs yet. See one of the <a href={href("gallery")}>lessons of the gallery</a>, or <a href={href("new")}>start a run</a> of
      your own.
    </p>
  );
}

function Foot({ live, shown, filter }: { live: LiveRunList; shown: number; filter: Filter }) {
  const { list } = live;
  const loaded = list.runs.length;
  return (
    <div class="row runs-foot">
      <span role="status" class="quiet">
        {!list.begun && live.asking.value && "Loading …"}
        {list.begun && loaded > 0 && filter.text && `${count(shown)} of the ${count(loaded)} runs loaded say “${filter.text}”. `}
        {list.begun && loaded > 0 && list.complete && !filter.text && `${count(loaded)} ${loaded === 1 ? "run" : "runs"}, that is all.`}
        {list.begun && live.full && !list.complete && `The newest ${count(kMostLoaded)} are loaded; filter for older ones.`}
      </span>
      {list.begun && !list.complete && !live.full && (
        <button type="button" disabled={live.asking.value} onClick={() => void live.more()}>
          {live.asking.value ? "Loading …" : filter.text ? "Look in older runs" : "Older"}
        </button>
      )}
      {!list.begun && live.problem.value && (
        <button type="button" onClick={() => void live.more()}>
          Try again
        </button>
      )}
    </div>
  );
}
