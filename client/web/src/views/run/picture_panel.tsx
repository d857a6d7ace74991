// The picture of a run's descent, with the choice of its kind and plane.
import type { ReadonlySignal } from "@preact/signals";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { place, setQuery } from "../../app/router";
import { Picture } from "../../pictures/picture";
import type { Exporter, Subject } from "../../pictures/props";
import { coordinateName, size } from "../../trace/layout";
import type { RunModel } from "../../trace/run_model";
import { kindOf, kindsFor, pairOf, planeOf } from "./plane";

const kKinds: Record<string, string> = { curve: "Curve", contours: "Contours", surface: "Surface" };
/** Coordinates that can be chosen by name; more make a list nobody reads. */
const kMostChoices = 256;

interface Props {
  model: RunModel;
  run: Run;
  subject: Subject;
  cursor: ReadonlySignal<number | undefined>;
  onExporter: (exporter: Exporter) => void;
}

export function PicturePanel({ model, run, subject, cursor, onExporter }: Props) {
  const { query } = place.value;
  const n = size(run.variables);
  const kind = kindOf(query.get("kind"), n);
  const plane = planeOf(query.get("plane"), n);
  if (n === 0) return null;
  return (
    <section aria-label="Picture" class="run-picture">
      {n > 1 && (
        <div class="chart-tools">
          <span class="row" role="group" aria-label="Kind of picture">
            {kindsFor(n).map((each) => (
              <button key={each} type="button" aria-pressed={each === kind} onClick={() => setQuery({ kind: each })}>
                {kKinds[each]}
              </button>
            ))}
          </span>
          {n > 2 && <PlaneChooser run={run} n={n} plane={plane} />}
        </div>
      )}
      <Picture
        subject={subject}
        variables={run.variables}
        kind={kind}
        {...(n > 2 ? { plane } : {})}
        paths={[{ model, title: run.displayName || run.name }]}
        cursor={cursor}
        onExporter={onExporter}
      />
    </section>
  );
}

function PlaneChooser({ run, n, plane }: { run: Run; n: number; plane: string }) {
  const pair = pairOf(plane);
  const [i, j] = pair ?? [0, 1];
  const choices = Array.from({ length: Math.min(n, kMostChoices) }, (_, k) => k);
  const choose = (axis: string, now: number, set: (k: number) => [number, number]) => (
    <select
      aria-label={axis}
      value={String(now)}
      onChange={(event) => setQuery({ plane: set(Number(event.currentTarget.value)).join(",") })}
    >
      {choices.map((k) => (
        <option key={k} value={String(k)}>
          {coordinateName(run.variables, k)}
        </option>
      ))}
    </select>
  );
  return (
    <span class="row">
      <label>
        Plane{" "}
        <select
          value={pair ? "two" : plane}
          onChange={({ currentTarget: { value } }) => setQuery({ plane: value === "two" ? "0,1" : value === "path" ? undefined : value })}
        >
          <option value="path">along the path</option>
          <option value="gradient">along the gradient</option>
          <option value="two">two coordinates</option>
        </select>
      </label>
      {pair && choose("Across", i, (k) => [k, k === j ? i : j])}
      {pair && choose("Up", j, (k) => [k === i ? j : i, k])}
    </span>
  );
}
