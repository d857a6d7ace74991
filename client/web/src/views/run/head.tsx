// The head of a run: what is minimised, by what, and how far it has come.
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { copy } from "../../app/clipboard";
import { count, duration, number } from "../../app/format";
import { href } from "../../app/router";
import { type RunModel, isOver } from "../../trace/run_model";
import { catalogue } from "../../wire/catalogue";
import { partText } from "../../wire/parts";
import { inForce } from "./apply";
import { commandLine } from "./command_line";
import { notable } from "./notable";
import { isAscent, objectiveText, reasonMood, stateWord } from "./words";

const kLongFormula = 160;

function Formula({ run }: { run: Run }) {
  const text = objectiveText(run);
  const verb = run.objective?.kind.case === "model" ? "Fit" : isAscent(run) ? "Maximise" : "Minimise";
  if (text.length <= kLongFormula) {
    return (
      <h1>
        {verb} <code>{text}</code>
      </h1>
    );
  }
  return (
    <>
      <h1>
        {verb} <code>{text.slice(0, kLongFormula)}…</code>
      </h1>
      <details>
        <summary>The whole formula</summary>
        <pre class="scroll run-formula">{text}</pre>
      </details>
    </>
  );
}

function State({ run }: { run: Run }) {
  const mood = run.termination ? reasonMood(run.termination.reason) : "live";
  return (
    <span class={`run-state ${isOver(run) ? mood : "live"}`} data-testid="run-state">
      {stateWord(run.state)}
    </span>
  );
}

function Facts({ run, model }: { run: Run; model: RunModel }) {
  void model.version.value;
  const { trace } = model;
  const row = trace.length - 1;
  const ahead = row >= 0 && trace.last >= Number(run.iteration); // the trace is the newer of both
  const evaluations = (column: "valueEvaluations" | "gradientEvaluations", other: bigint) =>
    Math.max(Number(other), ahead ? trace.at(column, row) : 0);
  const facts: [string, string, string?][] = [
    ["Iteration", count(ahead ? trace.last : Math.max(Number(run.iteration), 0)), "iteration"],
    ["Value", number(ahead ? trace.at("value", row) : run.value, 9), "value"],
    ["Best", number(ahead ? trace.at("bestValue", row) : run.bestValue, 9), "best"],
    ["Gradient norm", number(ahead ? trace.at("gradientNorm", row) : run.gradientNorm, 4), "gradient"],
    [
      "Evaluations",
      `${count(evaluations("valueEvaluations", run.valueEvaluations))} f, ${count(evaluations("gradientEvaluations", run.gradientEvaluations))} ∇f`,
    ],
    ["Stepping", duration(Math.max(run.elapsedSeconds, ahead ? trace.elapsedSeconds : 0))],
  ];
  return (
    <dl class="run-facts">
      {facts.map(([name, text, id]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-testid={id && `run-${id}`}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Command({ run }: { run: Run }) {
  const text = commandLine(run);
  if (text === undefined) return null;
  return (
    <details class="run-command">
      <summary>Command line</summary>
      <div class="row">
        <pre class="scroll" tabIndex={0} aria-label="Command line">
          {text}
        </pre>
        <button type="button" onClick={() => void copy(text, "The command")}>
          Copy
        </button>
      </div>
      {run.changes.length > 0 && <p class="quiet">Its settings were changed on the way; the command goes on with those of the beginning.</p>}
    </details>
  );
}

export function Head({ model }: { model: RunModel }) {
  const run = model.run.value;
  if (!run) return null;
  return (
    <header class="run-head">
      {run.objective ? <Formula run={run} /> : <h1>{run.displayName || run.name || "A trace"}</h1>}
      <p class="run-line">
        <State run={run} /> {(run.optimizer || run.changes.length > 0) && <code>{partText(notable(inForce(run).optimizer, catalogue.value?.optimizers ?? []))}</code>}
        {run.objective && run.displayName && <span>“{run.displayName}”</span>}
        {run.parent && (
          <span>
            forked from <a href={href(run.parent)}>{run.parent.replace("runs/", "")}</a> at iteration {count(run.forkIteration)}
          </span>
        )}
        {Object.entries(run.labels).map(([key, value]) => (
          <span key={key} class="run-label">
            {key}={value}
          </span>
        ))}
      </p>
      <Facts run={run} model={model} />
      <Command run={run} />
    </header>
  );
}
