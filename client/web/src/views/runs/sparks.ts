// The curves of the rows in sight: asked for when a row has stayed in sight a moment, kept for later.
import { create } from "@bufbuild/protobuf";
import { type ReadonlySignal, signal } from "@preact/signals";
import { WatchMode, WatchRunRequestSchema } from "../../../gen/thalweg/v1/optimization_service_pb";
import { type Run, RunState } from "../../../gen/thalweg/v1/run_pb";
import { history } from "../../trace/run_model";
import { isOver } from "../../trace/run_state";
import type { Trace } from "../../trace/trace";
import { watch } from "../../wire/watch";

const kPoints = 64;
const kKept = 400;
const kAtOnce = 4;
const kPatienceMs = 150;
const kUpdatesPerSecond = 2;

/** A run's values, and the figures of its newest iterate. */
export interface Curve {
  iterations: Float64Array;
  values: Float64Array;
  bestValue: number;
  gradientNorm: number;
}

function curveOf(trace: Trace): Curve | undefined {
  const last = trace.length - 1;
  if (last < 0) return undefined;
  return {
    iterations: trace.column("iteration").slice(),
    values: trace.column("value").slice(),
    bestValue: trace.at("bestValue", last),
    gradientNorm: trace.at("gradientNorm", last),
  };
}

const kept = new Map<string, Curve | undefined>();

function keep(key: string, curve: Curve | undefined): void {
  kept.delete(key);
  kept.set(key, curve);
  if (kept.size > kKept) kept.delete(kept.keys().next().value as string);
}

// A few requests at a time: rows that went out of sight meanwhile give up their place.
let asking = 0;
const waiting: (() => void)[] = [];

async function thinned(name: string, leaving: AbortSignal): Promise<Trace> {
  while (asking >= kAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  ++asking;
  try {
    leaving.throwIfAborted();
    return await history(name, { maxPoints: kPoints }, leaving);
  } finally {
    --asking;
    waiting.shift()?.();
  }
}

/** Tells curves apart that are not watched. */
const keyOf = (run: Run): string => `${run.name} ${isOver(run) ? "over" : run.iteration}`;

/** When it changes the curve is to be opened anew. */
export const curveKey = (run: Run): string => (run.state === RunState.RUNNING ? run.name : keyOf(run));

/** Follows the curve of `run` as it now is, until what is returned as `close` is called. */
export function openCurve(run: Run): { curve: ReadonlySignal<Curve | undefined>; close: () => void } {
  const running = run.state === RunState.RUNNING;
  const key = keyOf(run);
  const curve = signal(running ? undefined : kept.get(key));
  if (run.state === RunState.QUEUED || (!running && kept.has(key))) return { curve, close: () => {} };

  const leaving = new AbortController();
  let end: (() => void) | undefined;
  const follow = (trace: Trace) => {
    const value = create(WatchRunRequestSchema, {
      name: run.name,
      fromIteration: BigInt(trace.last + 1),
      mode: WatchMode.LIVE,
      maxUpdatesPerSecond: kUpdatesPerSecond,
    });
    end = watch({ case: "run", value }, ({ update }) => {
      if (update.case !== "run" || update.value.update.case !== "iterates") return;
      trace.append(update.value.update.value);
      curve.value = curveOf(trace);
    });
  };
  const begin = async () => {
    const trace = await thinned(run.name, leaving.signal);
    if (leaving.signal.aborted) return;
    curve.value = curveOf(trace);
    if (running) follow(trace);
    else keep(key, curve.value);
  };
  // A run that is gone, or a server that is away: the row does without its curve.
  const timer = setTimeout(() => void begin().catch(() => {}), kPatienceMs);
  return {
    curve,
    close: () => {
      clearTimeout(timer);
      leaving.abort();
      end?.();
    },
  };
}
