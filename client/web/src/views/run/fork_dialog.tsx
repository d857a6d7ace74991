// Forking: a new run that leaves this one at an iterate, with other settings.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { go } from "../../app/router";
import { complaintsFor, sentence } from "../../parts/complaints";
import { Field } from "../../parts/field";
import { PartEditor } from "../../parts/part_editor";
import { catalogue } from "../../wire/catalogue";
import { fromPart } from "../../wire/parts";
import { type Problem, problemOf } from "../../wire/problem";
import { optimization } from "../../wire/rpc";
import { inForce } from "./apply";
import { type Complaints, type Draft, forkRequest, kBudget } from "./fork_request";
import { settingText } from "./setting_text";

const kPlaces = ["iteration", "optimizer", "stopping", "pace"];

export function ForkDialog({ run, at, onClose }: { run: Run; at: number | undefined; onClose: () => void }) {
  const { optimizer, stopping } = inForce(run);
  const dialog = useRef<HTMLDialogElement>(null);
  const draft = useSignal<Draft>({ iteration: String(at ?? run.iteration), optimizer: fromPart(optimizer), budget: "", pace: "" });
  const wrong = useSignal<Complaints>({});
  const problem = useSignal<Problem | undefined>(undefined);
  useEffect(() => dialog.current?.showModal(), []);

  const set = (changes: Partial<Draft>) => (draft.value = { ...draft.value, ...changes });
  const submit = async (event: Event) => {
    event.preventDefault();
    const { kind } = draft.value.optimizer;
    const request = forkRequest(run, draft.value, catalogue.value?.optimizers.find(({ name }) => name === kind));
    problem.value = undefined;
    wrong.value = "wrong" in request ? request.wrong : {};
    if ("wrong" in request) return;
    try {
      const { run: made } = await optimization.forkRun(request);
      if (made) go(made.name);
    } catch (error) {
      problem.value = problemOf(error);
    }
  };

  const budget = stopping.find(({ kind }) => kind === kBudget)?.settings["threshold"];
  const said = (field: keyof Complaints, path: string): string[] => [
    ...(wrong.value[field] ? [wrong.value[field]] : []),
    ...complaintsFor(problem.value, path).map(sentence),
  ];
  const elsewhere = problem.value && !kPlaces.some((path) => complaintsFor(problem.value, path).length > 0);
  const text = (field: keyof Complaints, label: string, help: string, placeholder: string, path: string) => (
    <Field label={label} help={help} complaints={said(field, path)} field={path}>
      {(control) => (
        <input
          {...control}
          inputMode="decimal"
          autocomplete="off"
          value={draft.value[field]}
          placeholder={placeholder}
          onInput={({ currentTarget: { value } }) => set({ [field]: value })}
        />
      )}
    </Field>
  );
  return (
    <dialog ref={dialog} class="fork-dialog" aria-labelledby="fork-title" onClose={onClose} onKeyDown={(event) => event.stopPropagation()}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="fork-title">Fork the run</h2>
        <p class="quiet">A new run shares this one's path up to an iterate and goes on from there on its own.</p>
        <div class="options">
          {text("iteration", "Leave at iteration", `From ${run.firstIteration} to ${run.iteration}.`, String(run.iteration), "iteration")}
          {text("budget", "Most iterations", "Counted from the start of the path.", budget ? settingText(budget) : "", "stopping")}
          {text("pace", "Pace", "Iterations a second; 0: as fast as can be.", String(run.pace), "pace")}
        </div>
        <PartEditor
          catalogue="optimizer"
          label="Optimizer"
          part={draft.value.optimizer}
          onPart={(part) => set({ optimizer: part })}
          {...(problem.value ? { problem: problem.value } : {})}
          field="optimizer"
        />
        {elsewhere && (
          <p class="complaint" role="alert">
            {problem.value?.text}
          </p>
        )}
        <div class="row fork-buttons">
          <button type="submit" class="primary">
            Fork
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </form>
    </dialog>
  );
}
