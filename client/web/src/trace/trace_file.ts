// Trace files: what "Export JSON" writes, and what `thalweg ... --json` prints.
import { RunModel } from "./run_model";

/** Reads a trace file. Throws an Error that says what is wrong with it. */
export function openTraceFile(text: string): RunModel {
  if (text.trim() === "") throw new Error("the file is empty");
  throw new Error("not a trace");
}
void RunModel;
