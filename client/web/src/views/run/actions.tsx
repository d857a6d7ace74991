// What can be done with a run: pause, step, resume, stop, fork, change, delete.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { RunState } from "../../../gen/thalweg/v1/run_pb";
import { useKeys } from "../../app/keys";
import { attempt } from "../../app/notices";
import { go } from "../../app/router";
import type { RunModel } from "../../trace/run_model";
import { optimization } from "../../wire/rpc";
import { newRunHref } from "../new_run/address";
import { ForkDialog } from "./fork_dialog";
import type { Playback } from "./playback";
import { type Allowed, allowed } from "./steer";
import { SteerForm } from "./steer_form";

const kNothing: Allowed = { pause: false, resume: false, step: false, stop: false, change: false, fork: false, remove: false };

export function Actions({ model, playback }: { model: RunModel; playback: Playback }) {
  const forking = useSignal(false);
  const removing = useSignal(false);
  const busy = useSignal(false);
  const run = model.run.value;
  const name = run?.name ?? "";
  const can = run && !busy.value ? allowed(run) : kNothing;

  /** One question at a time. What follows comes by the stream: an answer may be older than what it brought. */
  const ask = (action: () => Promise<unknown>) =>
    void attempt(async () => {
      busy.value = true;
      try {
        await action();
      } finally {
        busy.value = false;
      }
    });
  const pause = () => ask(() => optimization.pauseRun({ name }));
  const resume = () => ask(() => optimization.resumeRun({ name }));
  const step = () => ask(() => optimization.resumeRun({ name, iterations: 1n }));
  const stop = () => ask(() => optimization.cancelRun({ name }));
  const remove = () =>
    void attempt(async () => {
      await optimization.deleteRun({ name });
      go("runs");
    });

  const newest = { can, pause, resume, step, playback };
  const keys = useKeysOf(newest, () => (forking.value = true));
  useKeys(keys);
  if (!run) return null;
  return (
    <section aria-label="Actions" class="run-actions">
      <div class="row">
        {run.state === RunState.PAUSED ? (
          <button type="button" class="primary" disabled={!can.resume} onClick={resume}>
            Resume
          </button>
        ) : (
          <button type="button" disabled={!can.pause} onClick={pause}>
            Pause
          </button>
        )}
        <button type="button" disabled={!can.step} onClick={step}>
          Step
        </button>
        <button type="button" class="danger" disabled={!can.stop} onClick={stop}>
          Stop
        </button>
        <button type="button" disabled={!can.fork} onClick={() => (forking.value = true)}>
          Fork…
        </button>
        <a class="button" href={newRunHref(run)}>
          New run like this
        </a>
        {removing.value ? (
          <span class="row" role="group" aria-label="Delete this run?">
            <button type="button" class="danger" disabled={!can.remove} onClick={remove}>
              Delete it and its trace
            </button>
            <button type="button" onClick={() => (removing.value = false)}>
              Keep it
            </button>
          </span>
        ) : (
          <button type="button" class="danger" disabled={!can.remove} onClick={() => (removing.value = true)}>
            Delete…
          </button>
        )}
      </div>
      {can.change && <SteerForm model={model} />}
      {forking.value && <ForkDialog run={run} at={playback.iteration.value} onClose={() => (forking.value = false)} />}
    </section>
  );
}

interface Newest {
  can: Allowed;
  pause: () => void;
  resume: () => void;
  step: () => void;
  playback: Playback;
}

/** The keys of a run; the same array for as long as the view is there. */
function useKeysOf(newest: Newest, fork: () => void) {
  const now = useMemo(() => ({ newest, fork }), []);
  now.newest = newest;
  now.fork = fork;
  return useMemo(
    () => [
      {
        key: " ",
        meaning: "pause or resume the run; over, play it back",
        act: () => {
          const { can, pause, resume, playback } = now.newest;
          if (can.pause) pause();
          else if (can.resume) resume();
          else playback.toggle();
        },
      },
      {
        key: "ArrowRight",
        meaning: "next iterate; at the end of a paused run, a step",
        act: () => {
          const { can, step, playback } = now.newest;
          if (can.step && playback.following.value) step();
          else playback.step(1);
        },
      },
      { key: "ArrowLeft", meaning: "iterate before", act: () => now.newest.playback.step(-1) },
      { key: "Home", meaning: "first iterate", act: () => now.newest.playback.first() },
      { key: "End", meaning: "newest iterate", act: () => now.newest.playback.newest() },
      { key: "p", meaning: "play back, or halt it", act: () => now.newest.playback.toggle() },
      { key: "f", meaning: "fork the run", act: () => now.newest.can.fork && now.fork() },
    ],
    [],
  );
}
