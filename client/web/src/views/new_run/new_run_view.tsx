// Thinking up a run: the objective is understood and drawn while it is typed.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Point } from "../../../gen/thalweg/v1/values_pb";
import { place, setQuery } from "../../app/router";
import { complaintsFor, sentence } from "../../parts/complaints";
import { draggedTexts } from "../../parts/point_text";
import { Picture } from "../../pictures/picture";
import type { PictureKind } from "../../pictures/props";
import { catalogue, loadCatalogue } from "../../wire/catalogue";
import { type Problem, problemOf } from "../../wire/problem";
import { Actions } from "./actions";
import { fromQuery, toQuery } from "./address";
import { useCompiled } from "./compile";
import { DescentForm } from "./descent_form";
import type { Draft } from "./draft";
import { errorMarks, findingMarks } from "./marks";
import { ObjectiveForm } from "./objective_form";
import { asRunProblem, previewObjective, startOf, together, variablesOf } from "./request";
import { Understood } from "./understood";
import "./new_run.css";

/** The form's state, which the address has too. */
function useDraft(): [Draft, (changes: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => fromQuery(place.peek().query));
  const query = place.value.query;
  const written = JSON.stringify(toQuery(draft));
  useEffect(() => {
    // Another link to this form was followed.
    if (place.peek().path[0] !== "new") return;
    const addressed = fromQuery(query);
    if (JSON.stringify(toQuery(addressed)) !== written) setDraft(addressed);
  }, [query]);
  const change = (changes: Partial<Draft>) =>
    setDraft((before) => {
      const next = { ...before, ...changes };
      setQuery(toQuery(next));
      return next;
    });
  return [draft, change];
}

export function NewRunView() {
  const [draft, onDraft] = useDraft();
  const [derivatives, setDerivatives] = useState(false);
  const [kind, setKind] = useState<PictureKind>("auto");
  const [answer, setAnswer] = useState<Problem>();
  const [failure, setFailure] = useState<Problem>();
  useEffect(() => void loadCatalogue().catch((error) => setFailure(problemOf(error))), []);

  const all = catalogue.value;
  const objective = useMemo(() => previewObjective(draft, all), [draft, all]);
  const variables = useMemo(() => variablesOf(draft, all), [draft, all]);
  const start = useMemo(() => startOf(draft, all), [draft, all]);
  const { understood, problem: compileProblem } = useCompiled(objective, derivatives);

  // What Start or Check said counts until something is changed; what the compiler says, always.
  useEffect(() => setAnswer(undefined), [draft]);
  const compiling = compileProblem && asRunProblem(compileProblem);
  const problem = answer && compiling ? together(answer, compiling) : (answer ?? compiling);
  const inFormula = complaintsFor(problem, "run.objective.expression");
  const errors = errorMarks(draft.formula, inFormula);
  const findings = compiling || draft.testFunction !== "" ? [] : (understood?.response.findings ?? []);
  const marks = errors.length > 0 ? errors : findingMarks(draft.formula, findings);
  const elsewhere = (compiling?.complaints ?? []).filter((each) => each.line === undefined);

  return (
    <div class="new-run">
      <h1>New run</h1>
      {failure && (
        <p class="complaint" role="alert">
          The catalogue could not be had: {failure.text}
        </p>
      )}
      <section class="objective card" aria-label="What is descended">
        <ObjectiveForm draft={draft} onDraft={onDraft} problem={problem} marks={marks} variables={variables} />
        {elsewhere.map((complaint) => (
          <p key={complaint.text} class="complaint">
            {sentence(complaint)} <code>{complaint.field}</code>
          </p>
        ))}
        {compiling && compiling.complaints.length === 0 && <p class="complaint">{compiling.text}</p>}
        {understood && !compiling && (
          <Understood
            response={understood.response}
            formula={draft.testFunction || draft.formula}
            derivatives={derivatives}
            onDerivatives={setDerivatives}
          />
        )}
      </section>
      <section class="preview" aria-label="Picture">
        {understood ? (
          <PreviewPicture
            understood={understood}
            kind={kind}
            onKind={setKind}
            stale={compiling !== undefined}
            start={start}
            onStart={(point) => onDraft({ start: { ...draft.start, ...draggedTexts(point) } })}
          />
        ) : (
          <p class="empty">Type a formula to see it.</p>
        )}
      </section>
      <section class="descent card" aria-label="How it is descended">
        <DescentForm draft={draft} onDraft={onDraft} problem={problem} variables={variables} />
      </section>
      <section class="card launch" aria-label="Launch">
        <Actions draft={draft} problem={answer} onProblem={setAnswer} />
      </section>
    </div>
  );
}

interface PreviewProps {
  understood: NonNullable<ReturnType<typeof useCompiled>["understood"]>;
  kind: PictureKind;
  onKind: (kind: PictureKind) => void;
  /** Of the last formula that was right, not of the present one. */
  stale: boolean;
  start: Point | undefined;
  onStart: (start: Point) => void;
}

function PreviewPicture({ understood, kind, onKind, stale, start, onStart }: PreviewProps) {
  const { objective, response } = understood;
  const subject = useMemo(() => ({ case: "objective" as const, value: objective }), [objective]);
  const fits = start && response.variables.every(({ name, shape }) => {
    const size = shape.reduce((product, length) => product * Number(length), 1);
    return start.values[name]?.values.length === size;
  });
  return (
    <div class={stale ? "stale" : ""}>
      {stale && <p class="quiet">This is the last objective that was right.</p>}
      <Picture
        subject={subject}
        variables={response.variables}
        kind={kind}
        onKind={onKind}
        paths={[]}
        {...(fits ? { start, onStart } : {})}
      />
    </div>
  );
}
