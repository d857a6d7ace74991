// The picture of a run's descent, with the choice of its kind and plane.
import type { ReadonlySignal } from "@preact/signals";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { place, setQuery } from "../../app/router";
import { Picture } from "../../pictures/picture";
import type { Exporter, Subject } from "../../pictures/props";
import { size } from "../../trace/layout";
import type { RunModel } from "../../trace/run_model";
import { kindOf, planeOf } from "./plane";

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
      <Picture
        subject={subject}
        variables={run.variables}
        kind={kind}
        onKind={(chosen) => setQuery({ kind: chosen })}
        {...(n > 2 ? { plane } : {})}
        onPlane={(chosen) => setQuery({ plane: chosen === "path" ? undefined : chosen })}
        paths={[{ model, title: run.displayName || run.name }]}
        cursor={cursor}
        onExporter={onExporter}
      />
    </section>
  );
}
