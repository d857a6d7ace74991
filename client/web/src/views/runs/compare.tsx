// Several runs against each other: their curves, and their paths where they descend the same objective.
import { toJsonString } from "@bufbuild/protobuf";
import { computed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Direction, ObjectiveSchema } from "../../../gen/thalweg/v1/objective_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { href } from "../../app/router";
import { openRun } from "../../trace/run_model";
import { isOver } from "../../trace/run_state";
import { catalogue, loadCatalogue } from "../../wire/catalogue";
import { kMostColoured, type Lane } from "../studies/lanes";
import { optimumOf } from "../studies/optimum";
import { Race } from "../studies/race_view";
import { idOf, objectiveText, runTitle } from "./run_text";
import { shortPart } from "./short_part";

/** What tells `run` apart from the others. */
function titleOf(run: Run, same: boolean): string {
  const method = run.optimizer ? shortPart(run.optimizer, catalogue.value?.optimizers ?? []) : "";
  if (run.displayName) return run.displayName;
  return same ? method : `${runTitle(run)}, ${method}`;
}

/** The form of a study like `run`; a fit has its own. */
const studyHref = (run: Run): string =>
  run.objective?.kind.case === "model" ? href("fit", { run: idOf(run.name) }) : href("studies", { new: "1", run: idOf(run.name) });

const spelt = ({ objective }: Run): string => (objective ? toJsonString(ObjectiveSchema, objective) : "");

export function Compare({ names }: { names: string[] }) {
  const key = names.slice(0, kMostColoured).join();
  const opened = useMemo(() => key.split(",").map((name) => ({ name, ...openRun(name) })), [key]);
  useEffect(() => () => opened.forEach(({ close }) => close()), [opened]);
  useEffect(() => void loadCatalogue().catch(() => {}), []);

  const known = useMemo(() => computed(() => opened.map(({ model }) => model.run.value)), [opened]).value;
  const runs = known.filter((run) => run !== undefined);
  const [first] = runs;
  const same = first !== undefined && runs.every((run) => spelt(run) === spelt(first));
  const titles = opened.map(({ name }, i) => {
    const run = known[i];
    return run ? titleOf(run, same) : name;
  });
  const lanes = useMemo(
    () => opened.map(({ name, model }, i): Lane => ({ title: titles[i] as string, racers: [{ name, model }] })),
    [opened, titles.join("\n")],
  );
  const subject = same && first.variables.length > 0 ? { name: first.name, variables: first.variables } : undefined;
  const stable = useMemo(() => subject, [subject?.name]);
  const ascent = runs.length > 0 && runs.every(({ objective }) => objective?.direction === Direction.MAXIMIZE);
  const functions = catalogue.value?.functions ?? [];
  return (
    <>
      <h1>{same ? `${runs.length} runs of ${objectiveText(first)}` : "Runs compared"}</h1>
      <p class="row">
        <a href={href("runs")}>All runs</a>
        {same && <a href={studyHref(first)}>New study of this objective</a>}
      </p>
      {opened.map(({ name, model }) =>
        model.problem.value ? (
          <p key={name} class="complaint" role="alert">
            {name}: {model.problem.value.text}
          </p>
        ) : null,
      )}
      {runs.length > 0 && !same && (
        <p class="quiet">They descend different objectives, so there is no landscape that they share.</p>
      )}
      <Race
        lanes={lanes}
        subject={stable}
        ascent={ascent}
        optimum={same && !ascent ? optimumOf(first.objective, functions) : undefined}
        live={runs.some((run) => !isOver(run))}
      />
    </>
  );
}
