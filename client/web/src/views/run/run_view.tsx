// A run of the server, live or over.
import { Code } from "@connectrpc/connect";
import { useEffect, useMemo } from "preact/hooks";
import { href } from "../../app/router";
import { openRun } from "../../trace/run_model";
import { loadCatalogue } from "../../wire/catalogue";
import type { Problem } from "../../wire/problem";
import { RunPage } from "./run_page";

export function RunView({ name }: { name: string }) {
  const { model, close } = useMemo(() => openRun(name), [name]);
  useEffect(() => close, [close]);
  // Without the catalogue the page lacks only names and f*: whoever needs it asks again.
  useEffect(() => void loadCatalogue().catch(() => undefined), []);
  const { value: problem } = model.problem;
  const { value: run } = model.run;
  return (
    <>
      {problem && <Trouble name={name} problem={problem} />}
      {run ? <RunPage model={model} online /> : !problem && <p class="empty">Loading…</p>}
    </>
  );
}

function Trouble({ name, problem }: { name: string; problem: Problem }) {
  const gone = problem.code === Code.NotFound;
  return (
    <div class="card trouble" role="alert">
      <h1>{gone ? "There is no such run" : "The run cannot be shown"}</h1>
      <p>{gone ? `${name} was deleted, or was never here.` : problem.text}</p>
      <p class="row">
        {problem.passing && (
          <button type="button" onClick={() => location.reload()}>
            Try again
          </button>
        )}
        <a href={href("runs")}>All runs</a>
      </p>
    </div>
  );
}
