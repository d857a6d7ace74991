// The picture of a run's descent; which one is in the link.
import { create } from "@bufbuild/protobuf";
import type { ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ObjectiveSchema } from "../../../gen/thalweg/v1/objective_pb";
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
  /** Whether the server has the run; a file's is drawn by its objective, where it says it. */
  online: boolean;
  cursor: ReadonlySignal<number | undefined>;
  onExporter: (exporter: Exporter) => void;
}

export function PicturePanel({ model, run, online, cursor, onExporter }: Props) {
  const { query } = place.value;
  const { name, objective, displayName, variables } = run;
  const subject = useMemo<Subject>(
    () => (online ? { case: "run", value: name } : { case: "objective", value: objective ?? create(ObjectiveSchema) }),
    [online, name, online ? undefined : objective],
  );
  const paths = useMemo(() => [{ model, title: displayName || name }], [model, displayName, name]);
  const n = size(variables);
  if (n === 0) return null;
  const plane = planeOf(query.get("plane"), n);
  return (
    <section aria-label="Picture" class="run-picture">
      <Picture
        subject={subject}
        variables={variables}
        kind={kindOf(query.get("kind"))}
        onKind={(kind) => setQuery({ kind })}
        {...(plane && (online || plane !== "path") ? { plane } : {})}
        onPlane={(next) => setQuery({ plane: next })}
        paths={paths}
        cursor={cursor}
        onExporter={onExporter}
      />
    </section>
  );
}
