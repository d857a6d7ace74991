// Forking: a new run that leaves this one at an iterate, with other settings.
import { create } from "@bufbuild/protobuf";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Option } from "../../../gen/thalweg/v1/catalog_service_pb";
import { ForkRunRequestSchema, type ForkRunRequest } from "../../../gen/thalweg/v1/optimization_service_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { type Part, PartSchema } from "../../../gen/thalweg/v1/values_pb";
import { attempt } from "../../app/notices";
import { go } from "../../app/router";
import { toPart } from "../../wire/parts";
import { catalogue, loadCatalogue } from "../../wire/catalogue";
import { type Problem, complaintsAt, problemOf } from "../../wire/problem";
import { optimization } from "../../wire/rpc";
import { inForce } from "./apply";
import { parseSetting, settingText } from "./setting_text";

const kBudget = "iterations";

/** What the person has written; an empty field leaves things as they are. */
interface Draft {
  iteration: string;
  kind: string;
  settings: Record<string, string>;
  budget: string;
  pace: string;
}

/** The request of `draft`; complaints by field where a text cannot be read. */
function requestOf(run: Run, draft: Draft): ForkRunRequest | Record<string, string> {
  const now = inForce(run).optimizer;
  const wrong: Record<string, string> = {};
  const read = (field: string, text: string, least: number): number | undefined => {
    if (text.trim() === "") return undefined;
    const value = Number(text);
    if (!Number.isFinite(value) || value < least) wrong[field] = `expected a number from ${least} on, not “${text}”`;
    return value;
  };
  const settings: Part["settings"] = {};
  for (const [name, text] of Object.entries(draft.settings)) {
    if (text.trim() === "") continue;
    try {
      settings[name] = parseSetting(text);
    } catch (error) {
      wrong[name] = (error as Error).message;
    }
  }
  const iteration = read("iteration", draft.iteration, 0);
  const budget = read("budget", draft.budget, 1);
  const pace = read("pace", draft.pace, 0);
  if (Object.keys(wrong).length > 0) return wrong;
  const request = create(ForkRunRequestSchema, { name: run.name });
  if (iteration !== undefined) request.iteration = BigInt(Math.round(iteration));
  if (draft.kind !== now.kind || Object.keys(settings).length > 0) {
    request.optimizer = create(PartSchema, { kind: draft.kind, settings });
  }
  if (budget !== undefined) request.stopping = [toPart({ kind: kBudget, settings: { threshold: budget } })];
  if (pace !== undefined) request.pace = pace;
  return request;
}

export function ForkDialog({ run, at, onClose }: { run: Run; at: number | undefined; onClose: () => void }) {
  const { optimizer, stopping } = inForce(run);
  const dialog = useRef<HTMLDialogElement>(null);
  const draft = useSignal<Draft>({
    iteration: String(at ?? run.iteration),
    kind: optimizer.kind,
    settings: {},
    budget: "",
    pace: "",
  });
  const wrong = useSignal<Record<string, string>>({});
  const problem = useSignal<Problem | undefined>(undefined);
  useEffect(() => {
    dialog.current?.showModal();
    void attempt(async () => void (await loadCatalogue()));
  }, []);

  const set = (changes: Partial<Draft>) => (draft.value = { ...draft.value, ...changes });
  const submit = async (event: Event) => {
    event.preventDefault();
    const request = requestOf(run, draft.value);
    wrong.value = {};
    problem.value = undefined;
    if (!("$typeName" in request)) return void (wrong.value = request);
    try {
      const { run: made } = await optimization.forkRun(request as ForkRunRequest);
      if (made) go(made.name);
    } catch (error) {
      problem.value = problemOf(error);
    }
  };

  const { kind } = draft.value;
  const entry = catalogue.value?.optimizers.find(({ name }) => name === kind);
  const same = kind === optimizer.kind;
  const budget = stopping.find((rule) => rule.kind === kBudget)?.settings["threshold"];
  const complaint = (field: string, path: string) =>
    [wrong.value[field], ...complaintsAt(problem.value, path).map(({ text }) => text)].filter(Boolean).join("; ");
  const known = ["iteration", "optimizer", "stopping", "pace"];
  const elsewhere = problem.value && !known.some((path) => complaintsAt(problem.value, path).length > 0) ? problem.value.text : "";
  return (
    <dialog ref={dialog} class="fork-dialog" aria-labelledby="fork-title" onClose={onClose} onKeyDown={(event) => event.stopPropagation()}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="fork-title">Fork the run</h2>
        <p class="quiet">A new run shares the path up to an iterate and goes on from there. Empty fields stay as they are.</p>
        <Field id="fork-iteration" label="Leave at iteration" complaint={complaint("iteration", "iteration")} help={`From ${run.firstIteration} to ${run.iteration}.`}>
          <input
            id="fork-iteration"
            inputMode="numeric"
            value={draft.value.iteration}
            onInput={(event) => set({ iteration: event.currentTarget.value })}
          />
        </Field>
        <Field id="fork-kind" label="Optimizer" complaint={complaint("kind", "optimizer.kind")} help={entry?.summary}>
          <select id="fork-kind" value={kind} onChange={(event) => set({ kind: event.currentTarget.value, settings: {} })}>
            {(catalogue.value?.optimizers ?? [{ name: kind, title: kind }]).map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        {(entry?.options ?? []).map((option) => {
          const { name } = option;
          const now = same ? optimizer.settings[name] : undefined;
          return (
            <Field
              key={name}
              id={`fork-${name}`}
              label={name}
              complaint={complaint(name, `optimizer.settings[${name}]`)}
              help={helpOf(option)}
            >
              <input
                id={`fork-${name}`}
                value={draft.value.settings[name] ?? ""}
                placeholder={now ? settingText(now) : option.defaultText}
                autocomplete="off"
                onInput={(event) => set({ settings: { ...draft.value.settings, [name]: event.currentTarget.value } })}
              />
            </Field>
          );
        })}
        <Field id="fork-budget" label="Most iterations" complaint={complaint("budget", "stopping")} help="Counted from the start of the path.">
          <input
            id="fork-budget"
            inputMode="numeric"
            value={draft.value.budget}
            placeholder={budget ? settingText(budget) : ""}
            onInput={(event) => set({ budget: event.currentTarget.value })}
          />
        </Field>
        <Field id="fork-pace" label="Pace" complaint={complaint("pace", "pace")} help="Iterations a second; 0: as fast as can be.">
          <input
            id="fork-pace"
            inputMode="decimal"
            value={draft.value.pace}
            placeholder={String(run.pace)}
            onInput={(event) => set({ pace: event.currentTarget.value })}
          />
        </Field>
        {elsewhere && (
          <p class="complaint" role="alert">
            {elsewhere}
          </p>
        )}
        <div class="row">
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

const helpOf = ({ meaning, range }: Option): string => (range ? `${meaning} In ${range}.` : meaning);

interface FieldProps {
  id: string;
  label: string;
  help?: string | undefined;
  complaint: string;
  children: preact.ComponentChildren;
}

function Field({ id, label, help, complaint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {help && <span class="help">{help}</span>}
      {complaint && (
        <p class="complaint" role="alert">
          {complaint}
        </p>
      )}
    </div>
  );
}
