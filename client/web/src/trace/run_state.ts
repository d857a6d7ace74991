// Where a run is in its life.
import { type Run, RunState } from "../../gen/thalweg/v1/run_pb";

export const isOver = ({ state }: Pick<Run, "state">): boolean =>
  state === RunState.FINISHED || state === RunState.CANCELLED || state === RunState.FAILED;
