// One study: its runs racing, and what was found.
import { computed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Direction } from "../../../gen/thalweg/v1/objective_pb";
import { type Study, StudyState } from "../../../gen/thalweg/v1/study_pb";
import { count } from "../../app/format";
import { attempt } from "../../app/notices";
import { go, href, place } from "../../app/router";
import { catalogue, loadCatalogue } from "../../wire/catalogue";
import { studies } from "../../wire/rpc";
import { Confirm, confirmed } from "../runs/confirm";
import { When } from "../runs/run_row";
import { idOf, objectiveText } from "../runs/run_text";
import { shownLanes } from "./lanes";
import { isStudyOver, kMostRuns, LiveStudy } from "./live_study";
import { optimumOf } from "./optimum";
import { Race } from "./race_view";
import { resultRows } from "./result_rows";
import { Results } from "./results";
import { studyStateSign, studyStateWord, studyTitle, variesText } from "./study_text";
import "./studies.css";

export function StudySign({ state }: { state: StudyState }) {
  return (
    <span class={`state ${studyStateWord(state)}`}>
      <span aria-hidden="true">{studyStateSign(state)}</span> {studyStateWord(state)}
    </span>
  );
}

export function StudyView({ name }: { name: string }) {
  const live = useMemo(() => new LiveStudy(name), [name]);
  useEffect(() => () => live.close(), [live]);
  useEffect(() => void loadCatalogue().catch(() => {}), []); // the function's least value
  const study = live.study.value;
  const lanes = live.lanes.value;
  const subject = useMemo(() => computed(() => subjectOf(live)), [live]).value;
  if (!study) {
    return live.problem.value ? (
      <p class="empty" role="alert">
        {live.problem.value.text} <a href={href("studies")}>All studies</a>
      </p>
    ) : (
      <p class="empty">Loading …</p>
    );
  }
  const ascent = study.run?.objective?.direction === Direction.MAXIMIZE;
  const titles = study.arms.map(({ title }) => title);
  const order = study.results ? resultRows(study.results, titles).map(({ arm }) => arm) : lanes.map((_, i) => i);
  const shown = shownLanes(place.value.query.get("arms"), order);
  return (
    <>
      <Head study={study} live={live} />
      {live.problem.value && (
        <p class="complaint" role="alert">
          {live.problem.value.text}
        </p>
      )}
      {study.failure && <p class="complaint">{study.failure}</p>}
      {study.results && (
        <p class="winner" data-testid="winner">
          {study.results.winner?.sentence ?? "No arm reached a target."}
        </p>
      )}
      <Race
        lanes={lanes}
        subject={subject}
        ascent={ascent}
        optimum={ascent ? undefined : optimumOf(study.run?.objective, catalogue.value?.functions ?? [])}
        live={!isStudyOver(study)}
        order={order}
      />
      <Drawn study={study} />
      {study.results && study.results.arms.length > 0 && (
        <Results results={study.results} titles={titles} shown={shown} />
      )}
      <Confirm />
    </>
  );
}

/** The first run that knows its unknowns: all have the same landscape. */
function subjectOf(live: LiveStudy) {
  for (const { racers } of live.lanes.value) {
    for (const { name, model } of racers) {
      const variables = model.run.value?.variables ?? [];
      if (variables.length > 0) return { name, variables };
    }
  }
  return undefined;
}

function Drawn({ study }: { study: Study }) {
  const runs = study.arms.reduce((sum, arm) => sum + arm.runs.length, 0);
  if (runs <= kMostRuns) return null;
  return (
    <p class="quiet">
      {kMostRuns} of {count(runs)} runs are drawn, as many of each arm as of the others;{" "}
      <a href={href("runs", { label: `study=${idOf(study.name)}` })}>the list has all</a>.
    </p>
  );
}

function Head({ study, live }: { study: Study; live: LiveStudy }) {
  const runs = study.arms.reduce((sum, arm) => sum + arm.runs.length, 0);
  const over = isStudyOver(study);
  const rungs = study.rungs.length > 1 ? `, rung ${Number(study.rung) + 1} of ${study.rungs.length}` : "";
  const cancel = async () => {
    if (!(await confirmed("Stop the study? Its runs are cancelled, and the results are of what was done.", "Stop"))) return;
    await attempt(async () => {
      const { study: left } = await studies.cancelStudy({ name: study.name });
      if (left) live.take(left);
    });
  };
  const remove = async () => {
    if (!(await confirmed(`Delete the study and its ${count(runs)} runs? This cannot be taken back.`, "Delete"))) return;
    await attempt(async () => {
      await studies.deleteStudy({ name: study.name });
      go("studies");
    });
  };
  return (
    <>
      <h1>{studyTitle(study)}</h1>
      <div class="row study-head">
        <StudySign state={study.state} />
        <span class="quiet">
          {count(study.arms.length)} {study.arms.length === 1 ? "arm" : "arms"}, {count(runs)} {runs === 1 ? "run" : "runs"}
          {rungs} · varies {variesText(study)}
          {study.run && study.displayName ? <> · <span class="mono">{objectiveText(study.run)}</span></> : null} ·{" "}
          <When time={study.createTime} />
        </span>
        <span class="row study-actions">
          <a class="button" href={href("runs", { label: `study=${idOf(study.name)}` })}>
            Its runs
          </a>
          {over ? (
            <button type="button" class="danger" onClick={() => void remove()}>
              Delete
            </button>
          ) : (
            <button type="button" onClick={() => void cancel()}>
              Stop
            </button>
          )}
        </span>
      </div>
    </>
  );
}
