// The request that forks a run as a person wants it. No DOM.
import { create } from "@bufbuild/protobuf";
import type { CatalogEntry } from "../../../gen/thalweg/v1/catalog_service_pb";
import { type ForkRunRequest, ForkRunRequestSchema } from "../../../gen/thalweg/v1/optimization_service_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { readNumber } from "../../parts/number_text";
import { defaultOf } from "../../parts/settings";
import { type Plain, type PlainPart, fromPart, toPart } from "../../wire/parts";
import { inForce } from "./apply";

export const kBudget = "iterations";

/** What is written in the form; an empty text leaves things as they are. */
export interface Draft {
  iteration: string;
  optimizer: PlainPart;
  budget: string;
  pace: string;
}

export type Complaints = Partial<Record<"iteration" | "budget" | "pace", string>>;

/** Settings of `after` that are other than in `before`, a part of the same kind; a setting left out is its default. */
export function differing(before: PlainPart, after: PlainPart, entry: CatalogEntry | undefined): Record<string, Plain> {
  const names = new Set([...Object.keys(before.settings ?? {}), ...Object.keys(after.settings ?? {})]);
  const changes: Record<string, Plain> = {};
  for (const name of names) {
    const option = entry?.options.find((each) => each.name === name);
    const value = after.settings?.[name] ?? (option && defaultOf(option));
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(before.settings?.[name])) changes[name] = value;
  }
  return changes;
}

/** The request of `draft`; what is wrong with it, where a text is no number that can be meant. */
export function forkRequest(run: Run, draft: Draft, entry: CatalogEntry | undefined): ForkRunRequest | { wrong: Complaints } {
  const wrong: Complaints = {};
  const read = (field: keyof Complaints, least: number, whole: boolean): number | undefined => {
    const text = draft[field].trim();
    if (text === "") return undefined;
    const value = readNumber(text);
    const fits = value !== undefined && Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value));
    if (!fits) wrong[field] = `expected a ${whole ? "whole " : ""}number from ${least} on, got “${text}”`;
    return value;
  };
  const iteration = read("iteration", 0, true);
  const budget = read("budget", 1, true);
  const pace = read("pace", 0, false);
  if (Object.keys(wrong).length > 0) return { wrong };

  const request = create(ForkRunRequestSchema, { name: run.name });
  const before = fromPart(inForce(run).optimizer);
  if (draft.optimizer.kind !== before.kind) request.optimizer = toPart(draft.optimizer);
  else {
    const settings = differing(before, draft.optimizer, entry);
    if (Object.keys(settings).length > 0) request.optimizer = toPart({ kind: before.kind, settings });
  }
  if (iteration !== undefined) request.iteration = BigInt(iteration);
  if (budget !== undefined) request.stopping = [toPart({ kind: kBudget, settings: { threshold: budget } })];
  if (pace !== undefined) request.pace = pace;
  return request;
}
