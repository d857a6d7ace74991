// Whether a run's steps see some of the rows only. No DOM.
import type { Run } from "../../gen/thalweg/v1/run_pb";

/** Then an iterate's value is that of its batch: noise around the objective. */
export const isBatched = (run: Pick<Run, "batches"> | undefined): boolean =>
  run?.batches !== undefined && run.batches.kind !== "" && run.batches.kind !== "full";
