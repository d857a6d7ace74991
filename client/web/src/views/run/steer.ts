// What can be asked of a run as it is now. No DOM.
import { type Run, RunState } from "../../../gen/thalweg/v1/run_pb";
import { isOver } from "../../trace/run_model";

export interface Allowed {
  pause: boolean;
  resume: boolean;
  step: boolean;
  stop: boolean;
  change: boolean;
  fork: boolean;
  remove: boolean;
}

export function allowed(run: Run): Allowed {
  const over = isOver(run);
  const paused = run.state === RunState.PAUSED;
  return {
    pause: !over && !paused,
    resume: paused,
    step: paused,
    stop: !over,
    change: !over,
    fork: run.iteration >= 0n,
    remove: over,
  };
}
