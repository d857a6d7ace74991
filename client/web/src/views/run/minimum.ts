// The least value of a run's function, where the catalogue knows it. No DOM.
import type { Function } from "../../../gen/thalweg/v1/catalog_service_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { size } from "../../trace/layout";
import { isAscent } from "./words";

/** f* of the test function that is minimised; undefined where bounds, constraints or another dimension may change it. */
export function minimumOf(run: Run, functions: Function[]): number | undefined {
  const { objective } = run;
  if (objective?.kind.case !== "function" || isAscent(run)) return undefined;
  const name = objective.kind.value;
  const known = functions.find((each) => each.name === name);
  if (!known || known.minimum === undefined) return undefined;
  const bounded = objective.constraints.length > 0 || objective.lower !== undefined || objective.upper !== undefined;
  return bounded || size(known.variables) !== size(run.variables) ? undefined : known.minimum;
}
