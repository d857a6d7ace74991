// Thinking up a fit: a table, a model, and how it is learnt.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { count } from "../../app/format";
import { attempt } from "../../app/notices";
import { place, setQuery } from "../../app/router";
import { catalogue, loadLearning } from "../../wire/catalogue";
import { type Problem, problemOf } from "../../wire/problem";
import { datasets, optimization } from "../../wire/rpc";
import { useCompiled } from "../new_run/compile";
import { asRunProblem, together } from "../new_run/request";
import { draftOf, fromQuery, toQuery } from "./address";
import { DataForm } from "./data_form";
import { type FitDraft, kEmptyFit } from "./draft";
import { Launch } from "./launch";
import { LearningForm } from "./learning_form";
import { ModelForm } from "./model_form";
import { Preview } from "./preview";
import { objectiveOf } from "./request";

function useDraft(): [FitDraft, (changes: Partial<FitDraft>) => void] {
  const [draft, setDraft] = useState(() => fromQuery(place.peek().query));
  const query = place.value.query;
  const written = JSON.stringify(toQuery(draft));
  useEffect(() => {
    // Another link to this form was followed.
    if (place.peek().path[0] !== "fit") return;
    const addressed = fromQuery(query);
    if (JSON.stringify(toQuery(addressed)) !== written) setDraft(addressed);
  }, [query]);
  const change = (changes: Partial<FitDraft>) =>
    setDraft((before) => {
      const next = { ...before, ...changes };
      setQuery(toQuery(next));
      return next;
    });
  // "Like this run": its settings, once it is there.
  const like = query.get("run");
  useEffect(() => {
    if (!like) return;
    void attempt(async () => {
      const [{ run }, all] = await Promise.all([optimization.getRun({ name: `runs/${like}` }), loadLearning()]);
      if (run?.objective?.kind.case !== "model") return;
      setQuery({ run: undefined });
      change(draftOf(run, run.objective.kind.value, all));
    });
  }, [like]);
  return [draft, change];
}

function useDataset(id: string, onProblem: (problem: Problem | undefined) => void): Dataset | undefined {
  const [dataset, setDataset] = useState<Dataset>();
  useEffect(() => {
    setDataset(undefined);
    if (id === "") return;
    const leaving = new AbortController();
    datasets.getDataset({ name: `datasets/${id}` }, { signal: leaving.signal }).then(
      (answer) => setDataset(answer.dataset),
      (error: unknown) => {
        if (!leaving.signal.aborted) onProblem(problemOf(error));
      },
    );
    return () => leaving.abort();
  }, [id]);
  return dataset;
}

/** Nothing to compile yet: the server would only say what the form does. */
const isReady = ({ dataset, target, model }: FitDraft): boolean => dataset !== "" && (target !== "" || model.kind === "formula");

export function FitView() {
  const [draft, onDraft] = useDraft();
  const [answer, setAnswer] = useState<Problem>();
  const [failure, setFailure] = useState<Problem>();
  useEffect(() => void loadLearning().catch((error) => setFailure(problemOf(error))), []);
  const dataset = useDataset(draft.dataset, setFailure);
  void catalogue.value;

  const ready = isReady(draft);
  const objective = useMemo(() => objectiveOf(ready ? draft : kEmptyFit), [draft, ready]);
  const { understood, problem: compileProblem } = useCompiled(objective, false, !ready);
  // What Fit or Check said counts until something is changed; what the server says of the model, always.
  useEffect(() => setAnswer(undefined), [draft]);
  const compiling = ready && compileProblem ? asRunProblem(compileProblem) : undefined;
  const problem = answer && compiling ? together(answer, compiling) : (answer ?? compiling);
  const props = { draft, onDraft, problem, dataset };
  return (
    <div class="new-run fit">
      <h1>New fit</h1>
      <section class="objective card" aria-label="What is learnt from">
        {failure && (
          <p class="complaint" role="alert">
            {failure.text}
          </p>
        )}
        <DataForm {...props} />
        {compiling && compiling.complaints.length === 0 && <p class="complaint">{compiling.text}</p>}
      </section>
      <section class="preview" aria-label="Picture">
        <div>
          {dataset ? <Preview dataset={dataset} draft={draft} /> : <p class="empty">Choose a table to see it.</p>}
          {understood && !compiling && <Understood {...understood.response} />}
        </div>
      </section>
      <section class="descent card" aria-label="How it is learnt">
        <ModelForm {...props} />
        <LearningForm {...props} unknowns={understood && !compiling ? understood.response.variables : []} />
      </section>
      <section class="card launch" aria-label="Launch">
        <Launch draft={draft} problem={answer} onProblem={setAnswer} />
      </section>
    </div>
  );
}

interface Understanding {
  variables: { name: string; shape: bigint[] }[];
  findings: string[];
}

function Understood({ variables, findings }: Understanding) {
  const size = ({ shape }: { shape: bigint[] }) => shape.reduce((product, length) => product * Number(length), 1);
  const total = variables.reduce((sum, variable) => sum + size(variable), 0);
  return (
    <div class="understood" role="status">
      <p>
        {count(total)} {total === 1 ? "unknown" : "unknowns"}:{" "}
        {variables.map((variable, i) => (
          <span key={variable.name}>
            {i > 0 && ", "}
            <code>{variable.name}</code>
            {variable.shape.length > 0 && ` (${variable.shape.join(" × ")})`}
          </span>
        ))}
        .
      </p>
      {findings.map((finding) => (
        <p key={finding} class="finding">
          {finding}
        </p>
      ))}
    </div>
  );
}
