// The least value of an objective, where that is published.
import type { Function } from "../../../gen/thalweg/v1/catalog_service_pb";
import type { Objective } from "../../../gen/thalweg/v1/objective_pb";
import { size } from "../../trace/layout";

/** Of a test function in its usual dimension, without anything that could keep a descent from it. */
export function optimumOf(objective: Objective | undefined, functions: Function[]): number | undefined {
  if (objective?.kind.case !== "function" || objective.lower || objective.upper || objective.constraints.length > 0) {
    return undefined;
  }
  const found = functions.find(({ name }) => name === objective.kind.value);
  const usual = objective.dimension === 0n || Number(objective.dimension) === (found ? size(found.variables) : -1);
  return usual ? found?.minimum : undefined;
}
