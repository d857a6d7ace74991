// The runs of the server as pages see them, kept up to date by a watch.
import { create } from "@bufbuild/protobuf";
import { WatchMode, WatchRunRequestSchema } from "../../gen/thalweg/v1/optimization_service_pb";
import type { Run } from "../../gen/thalweg/v1/run_pb";
import type { RunUpdate } from "../../gen/thalweg/v1/optimization_service_pb";
import type { WatchUpdate } from "../../gen/thalweg/v1/watch_service_pb";
import { problemOf } from "../wire/problem";
import { optimization } from "../wire/rpc";
import { watch } from "../wire/watch";
import { RunModel } from "./model";
import { sections } from "./sections";
import { Trace } from "./trace";

/** Points of a run's past that a page asks for: some for each pixel of a wide screen. */
export const kHistoryPoints = 4_000;
const kFollowedPace = 500; // iterations a second
const kUpdatesPerSecond = 30;

export { RunModel } from "./model";
export { isOver } from "./run_state";

/** Whether every iterate of a run is watched, because it is slow enough. */
const isFollowed = ({ pace }: Run): boolean => pace > 0 && pace <= kFollowedPace;

/** Iterates of `name` in [from, to], thinned by the server to about `maxPoints`. */
export async function history(
  name: string,
  { from = 0, to, maxPoints = kHistoryPoints }: { from?: number; to?: number; maxPoints?: number } = {},
  signal?: AbortSignal,
): Promise<Trace> {
  const trace = maxPoints > 0 ? new Trace(4 * maxPoints) : new Trace();
  let pageToken = "";
  do {
    const page = await optimization.listIterates(
      {
        name,
        fromIteration: BigInt(from),
        ...(to === undefined ? {} : { toIteration: BigInt(to) }),
        maxPoints: BigInt(maxPoints),
        pageSize: 10_000,
        pageToken,
      },
      signal ? { signal } : {},
    );
    if (page.iterates) trace.append(page.iterates);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return trace;
}

const kSectionPoints = 1_000;

async function overview(name: string, first: number, last: number, signal: AbortSignal): Promise<Trace> {
  const parts = await Promise.all(
    sections(first, last).map(({ from, to }) => history(name, { from, to, maxPoints: kSectionPoints }, signal)),
  );
  const whole = new Trace();
  for (const part of parts) whole.extend(part);
  return whole;
}

/** Follows the run `name` until what is returned as `close` is called. */
export function openRun(name: string): { model: RunModel; close: () => void } {
  const model = new RunModel();
  const leaving = new AbortController();
  let end: (() => void) | undefined;
  let followed = false;
  let gapped = false;

  const reload = async (last: number) => {
    model.trace = await overview(name, Number(model.run.peek()?.firstIteration ?? 0), last, leaving.signal);
    model.touch();
  };
  const onRunUpdate = async ({ update, events, last }: RunUpdate) => {
    model.note(events);
    if (update.case === "run") {
      model.run.value = update.value;
      model.note(update.value.events);
      if (!last && isFollowed(update.value) !== followed) follow(update.value);
    }
    if (update.case === "iterates") {
      model.trace.append(update.value);
      model.touch();
    }
    if (update.case === "gap") gapped = true;
    // What was passed over on the way is filled in, as far as a screen can show it.
    if (last && gapped) await reload(model.trace.last);
  };
  /** Watches on from the last iterate that is known. */
  const follow = (run: Run) => {
    end?.();
    followed = isFollowed(run);
    const value = create(WatchRunRequestSchema, {
      name,
      fromIteration: BigInt(model.trace.last + 1),
      mode: followed ? WatchMode.ALL : WatchMode.LIVE,
      maxUpdatesPerSecond: followed ? 0 : kUpdatesPerSecond,
    });
    end = watch({ case: "run", value }, onUpdate);
  };
  const onUpdate = ({ update }: WatchUpdate) => {
    if (update.case === "run") onRunUpdate(update.value).catch(fail);
    if (update.case === "end" && update.value.code !== 0) {
      model.problem.value = { code: update.value.code, reason: "", text: update.value.message, complaints: [], passing: false };
    }
  };
  const fail = (error: unknown) => {
    if (!leaving.signal.aborted) model.problem.value = problemOf(error);
  };
  const begin = async () => {
    const { run } = await optimization.getRun({ name }, { signal: leaving.signal });
    if (!run) return;
    model.run.value = run;
    model.note(run.events);
    if (run.iteration >= 0n) await reload(Number(run.iteration));
    if (leaving.signal.aborted) return;
    follow(run);
  };
  begin().catch(fail);
  return {
    model,
    close: () => {
      leaving.abort();
      end?.();
    },
  };
}
