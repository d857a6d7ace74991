// The form of a new study: what its runs have in common, what varies, and how much it may cost.
import { useEffect, useMemo, useState } from "preact/hooks";
import { attempt } from "../../app/notices";
import { go, href, place } from "../../app/router";
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field } from "../../parts/field";
import { PointEditor } from "../../parts/point_editor";
import { pointTexts } from "../../parts/point_text";
import { StoppingEditor } from "../../parts/stopping_editor";
import { catalogue, loadCatalogue } from "../../wire/catalogue";
import { type Problem, problemOf } from "../../wire/problem";
import { requestId } from "../../wire/request_id";
import { optimization, studies } from "../../wire/rpc";
import { Summary } from "../new_run/actions";
import { draftOf, fromQuery } from "../new_run/address";
import { useCompiled } from "../new_run/compile";
import type { Draft } from "../new_run/draft";
import { errorMarks } from "../new_run/marks";
import { ObjectiveForm } from "../new_run/objective_form";
import { asRunProblem, localProblem, previewObjective, startOf, variablesOf } from "../new_run/request";
import { idOf } from "../runs/run_text";
import { kFirstStudy, type StudyDraft, toStudy } from "./study_draft";
import { VaryForm } from "./vary_form";

/** As fast as possible: a race is seen again afterwards. */
const kFast = { pace: "0", labels: "", rivals: [] };

/** An optimizer that gets along with most objectives, whatever varies. */
const kOptimizer = { optimizer: { kind: "adam", settings: { learning_rate: 0.1 } } };

function firstDraft(): Draft {
  const { query } = place.peek();
  const draft = { ...fromQuery(query), ...kFast, ...(query.has("optimizer") ? {} : kOptimizer) };
  return query.has("f") || query.has("fn") ? draft : { ...draft, testFunction: "rosenbrock", formula: "", start: {} };
}

export function NewStudy() {
  const [draft, setDraft] = useState(firstDraft);
  const [study, setStudy] = useState<StudyDraft>(() => ({ ...kFirstStudy }));
  const [answer, setAnswer] = useState<Problem>();
  const [right, setRight] = useState(false);
  const [busy, setBusy] = useState(false);
  const like = place.value.query.get("run");
  useEffect(() => void attempt(async () => void (await loadCatalogue())), []);
  useEffect(() => {
    if (!like) return;
    void attempt(async () => {
      const { run } = await optimization.getRun({ name: `runs/${like}` });
      if (run) setDraft({ ...draftOf(run), ...kFast, displayName: "" });
    });
  }, [like]);
  const onDraft = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const onStudy = (changes: Partial<StudyDraft>) => setStudy((before) => ({ ...before, ...changes }));

  const all = catalogue.value;
  const variables = useMemo(() => variablesOf(draft, all), [draft, all]);
  const objective = useMemo(() => previewObjective(draft, all), [draft, all]);
  const { problem: compileProblem } = useCompiled(objective, false);
  const compiling = compileProblem && asRunProblem(compileProblem);
  useEffect(() => {
    setAnswer(undefined);
    setRight(false);
  }, [draft, study]);
  const problem = answer ?? compiling;
  const said = (field: string) => complaintsFor(problem, field).map(sentence);
  const usual = pointTexts(startOf({ ...draft, start: {} }, all));
  const marks = errorMarks(draft.formula, complaintsFor(problem, "run.objective.expression"));

  const send = async (validateOnly: boolean) => {
    const { what, complaints } = toStudy(draft, study, all);
    if (complaints.length > 0) {
      setAnswer(localProblem(complaints));
      return;
    }
    setBusy(true);
    try {
      const made = await studies.createStudy({ study: what, requestId: requestId(), validateOnly });
      if (validateOnly) setRight(true);
      else if (made.study) go(`studies/${idOf(made.study.name)}`);
    } catch (error) {
      setAnswer(asRunProblem(problemOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      class="study-form"
      aria-label="New study"
      onSubmit={(event) => {
        event.preventDefault();
        void send(false);
      }}
    >
      <h1>New study</h1>
      <p class="quiet">
        Several descents of one objective, compared{like ? <> · as in <a href={href(`runs/${like}`)}>run {like}</a></> : ""}.
      </p>
      <fieldset class="box">
        <legend>In common</legend>
        <ObjectiveForm draft={draft} onDraft={onDraft} problem={problem} marks={marks} variables={variables} />
        {compiling && compiling.complaints.length === 0 && <p class="complaint">{compiling.text}</p>}
        {study.varies !== "start" && variables.length > 0 && (
          <PointEditor
            label="Start"
            variables={variables}
            texts={draft.start}
            onTexts={(start) => onDraft({ start })}
            placeholder={({ name }) => usual[name] ?? "the usual one"}
            problem={problem}
            field="run.start"
          />
        )}
        <details open={draft.stopping.length > 0}>
          <summary>When to stop</summary>
          <StoppingEditor rules={draft.stopping} onRules={(stopping) => onDraft({ stopping })} problem={problem} field="run.stopping" />
        </details>
      </fieldset>
      <VaryForm draft={draft} onDraft={onDraft} study={study} onStudy={onStudy} variables={variables} problem={problem} />
      <Effort study={study} onStudy={onStudy} said={said} name={draft.displayName} onName={(displayName) => onDraft({ displayName })} />
      <div class="row">
        <button type="submit" class="primary" disabled={busy}>
          Start race
        </button>
        <button type="button" disabled={busy} onClick={() => void send(true)}>
          Check
        </button>
        <span role="status">{right ? "All is right: it can be started." : ""}</span>
      </div>
      {answer && <Summary problem={answer} />}
    </form>
  );
}

interface EffortProps {
  study: StudyDraft;
  onStudy: (changes: Partial<StudyDraft>) => void;
  said: (field: string) => string[];
  name: string;
  onName: (name: string) => void;
}

function Effort({ study, onStudy, said, name, onName }: EffortProps) {
  const typed = (key: "repetitions" | "budget" | "eta", label: string, field: string, placeholder: string, help: string) => (
    <Field label={label} help={help} complaints={said(field)} field={field}>
      {(control) => (
        <input
          {...control}
          inputMode="numeric"
          placeholder={placeholder}
          value={study[key]}
          onInput={({ currentTarget }) => onStudy({ [key]: currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <fieldset class="box">
      <legend>Effort</legend>
      <div class="pair">
        {typed("repetitions", "Repetitions", "study.repetitions", "1", "runs of each arm, with seeds of their own")}
        {typed("budget", "Budget", "study.budget", "none", "evaluations of all runs together")}
        <Field label="Name" help="for people" complaints={said("study.display_name")} field="study.display_name">
          {(control) => <input {...control} value={name} onInput={({ currentTarget }) => onName(currentTarget.value)} />}
        </Field>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={study.halving}
          onChange={({ currentTarget }) => onStudy({ halving: currentTarget.checked })}
        />{" "}
        successive halving: give up the worst arms on the way
      </label>
      {study.halving && (
        <div class="pair">{typed("eta", "Of so many one goes on", "study.halving.eta", "3", "after each rung the best 1/eta of the arms")}</div>
      )}
    </fieldset>
  );
}
