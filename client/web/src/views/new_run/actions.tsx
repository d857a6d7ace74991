// What is done with a filled-in form: checked, its gradient checked, started, raced.
import { useState } from "preact/hooks";
import type { CheckGradientResponse } from "../../../gen/thalweg/v1/objective_service_pb";
import { number } from "../../app/format";
import { go } from "../../app/router";
import { complaintsFor, sentence } from "../../parts/complaints";
import { catalogue } from "../../wire/catalogue";
import { toPart } from "../../wire/parts";
import { type Problem, problemOf } from "../../wire/problem";
import { requestId } from "../../wire/request_id";
import { objectives, optimization, studies } from "../../wire/rpc";
import { idOf } from "../runs/run_text";
import type { Draft } from "./draft";
import { asRunProblem, localProblem, previewObjective, type Read, startOf, together, toRace, toRun } from "./request";

interface ActionsProps {
  draft: Draft;
  problem: Problem | undefined;
  onProblem: (problem: Problem | undefined) => void;
}

/** What a call with the form's content came to. */
type Outcome = { kind: "right" } | { kind: "gradient"; check: CheckGradientResponse } | undefined;

async function problemWith(call: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return asRunProblem(problemOf(error));
  }
}

/** Sends what the form says; where the form finds something wrong itself, asks only what else is. */
export async function send<What>(
  { what, complaints }: Read<What>,
  validateOnly: boolean,
  call: (what: What, validateOnly: boolean) => Promise<void>,
): Promise<Problem | undefined> {
  const wrong = complaints.length > 0;
  const problem = await problemWith(() => call(what, validateOnly || wrong));
  if (!wrong) return problem;
  const local = localProblem(complaints);
  return problem ? together(local, problem) : local;
}

async function start(draft: Draft, validateOnly: boolean, paused: boolean): Promise<Problem | undefined> {
  const id = requestId();
  if (draft.rivals.length > 0) {
    return send(toRace(draft, catalogue.value), validateOnly, async (study, only) => {
      const made = await studies.createStudy({ study, requestId: id, validateOnly: only });
      if (!only && made.study) go(`studies/${idOf(made.study.name)}`);
    });
  }
  return send(toRun(draft, catalogue.value), validateOnly, async (run, only) => {
    if (paused) run.stopping.push(toPart({ kind: "pause", settings: { threshold: [0] } }));
    const made = await optimization.createRun({ run, requestId: id, validateOnly: only });
    if (!only && made.run) go(`runs/${idOf(made.run.name)}`);
  });
}

export function Actions({ draft, problem, onProblem }: ActionsProps) {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const race = draft.rivals.length > 0;
  const doing = async (action: () => Promise<Problem | undefined>, then?: Outcome) => {
    setBusy(true);
    setOutcome(undefined);
    const found = await action();
    onProblem(found);
    if (!found) setOutcome((before) => then ?? before);
    setBusy(false);
  };
  const checkGradient = () => {
    const objective = previewObjective(draft, catalogue.value);
    const point = startOf(draft, catalogue.value);
    return problemWith(async () => {
      const check = await objectives.checkGradient({ objective, ...(point ? { point } : {}) });
      setOutcome({ kind: "gradient", check });
    });
  };
  return (
    <div class="actions">
      <div class="row">
        <button type="button" class="primary" disabled={busy} onClick={() => void doing(() => start(draft, false, false))}>
          {race ? `Race ${draft.rivals.length + 1} methods` : "Start"}
        </button>
        {!race && (
          <button type="button" disabled={busy} onClick={() => void doing(() => start(draft, false, true))}>
            Start paused
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => void doing(() => start(draft, true, false), { kind: "right" })}>
          Check
        </button>
        <button type="button" disabled={busy} onClick={() => void doing(checkGradient)}>
          Check gradient
        </button>
      </div>
      <div role="status">
        {outcome?.kind === "right" && !problem && <p class="right">All is right: it can be started.</p>}
        {outcome?.kind === "gradient" && <GradientWords check={outcome.check} />}
      </div>
      {problem && <Summary problem={problem} />}
    </div>
  );
}

function GradientWords({ check }: { check: CheckGradientResponse }) {
  const worst = check.coordinates[Number(check.worst)];
  const of = check.coordinates.length;
  return (
    <div class={check.passed ? "right" : "complaint"}>
      <p>
        {check.passed
          ? `The gradient agrees with finite differences at the start, in ${of} coordinate${of === 1 ? "" : "s"}.`
          : "The gradient disagrees with finite differences at the start."}
        {worst &&
          ` Worst: ${worst.coordinate}, ${number(worst.gradient)} against ${number(worst.difference)} (relative error ${number(worst.relativeError, 2)}).`}
      </p>
      {check.suspicion && <p>{check.suspicion}</p>}
    </div>
  );
}

/** All that is wrong, each leading to its place; places behind which nothing is shown keep their name. */
export function Summary({ problem }: { problem: Problem }) {
  const lead = (field: string) => {
    const places = [...document.querySelectorAll<HTMLElement>("[data-field]")];
    const within = places.filter(({ dataset }) => complaintsFor(problem, dataset["field"] ?? "").some((each) => each.field === field));
    const place = within.sort((a, b) => (b.dataset["field"]?.length ?? 0) - (a.dataset["field"]?.length ?? 0))[0];
    for (let at = place?.parentElement; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
    const control = place?.querySelector<HTMLElement>("input, select, textarea");
    (control ?? place)?.scrollIntoView({ block: "center" });
    control?.focus();
  };
  return (
    <div class="summary" role="alert">
      {problem.complaints.length === 0 ? (
        <p class="complaint">{problem.text}</p>
      ) : (
        <>
          <p>Before it can be started:</p>
          <ul>
            {problem.complaints.map((complaint) => (
              <li key={`${complaint.field} ${complaint.text}`}>
                <button type="button" class="plain place" onClick={() => lead(complaint.field)}>
                  {sentence(complaint)}
                </button>{" "}
                <code class="quiet">{complaint.field}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
