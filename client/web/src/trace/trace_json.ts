// Traces as JSON: the run, then its iterates in batches, each on a line of its own. No DOM.
import { toJsonString } from "@bufbuild/protobuf";
import { type IterateBatch, IterateBatchSchema } from "../../gen/thalweg/v1/iterate_pb";
import { type Run, RunSchema } from "../../gen/thalweg/v1/run_pb";

export const kVersion = 1;

export const jsonHead = (run: Run): string =>
  `{"thalweg": "trace", "version": ${kVersion}, "run": ${toJsonString(RunSchema, run)}, "iterates": [\n`;

/** `first`: nothing stands before it. */
export const jsonBatch = (batch: IterateBatch, first: boolean): string =>
  (first ? "" : ",\n") + toJsonString(IterateBatchSchema, batch);

export const kJsonEnd = "\n]}\n";
