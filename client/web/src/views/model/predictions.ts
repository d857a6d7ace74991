// What a model predicts at points of a picture, for the iterate that playback shows.
import { create } from "@bufbuild/protobuf";
import { type FittedModel, FittedModelSchema, type Predictions } from "../../../gen/thalweg/v1/model_service_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import type { Point } from "../../../gen/thalweg/v1/values_pb";
import { size, toPoint } from "../../trace/layout";
import type { RunModel } from "../../trace/run_model";
import { isOver } from "../../trace/run_state";
import { models } from "../../wire/rpc";
import type { Playback } from "../run/playback";
import { type Latest, useLatest } from "./latest";

/** Iterates that are shown one after the other are at least so far apart. */
const kApartMs = 30;

/** A model at one place of its descent. */
export interface Moment {
  /** Tells two of them apart. */
  key: string;
  fitted: FittedModel;
  /** x is that of the iterate that is shown. */
  followed: boolean;
}

/** Where `playback` is; without the whole of x in the trace, where the server has the run. */
export function momentOf(model: RunModel, run: Run, playback: Playback, online: boolean): Moment {
  void model.version.value;
  void playback.iteration.value;
  const { trace } = model;
  const row = playback.row();
  const n = size(run.variables);
  const followed = row >= 0 && n > 0 && trace.coordinates === n;
  const x: Point | undefined = followed ? toPoint(run.variables, trace.x(row)) : undefined;
  const of: FittedModel["of"] =
    online || !run.objective ? { case: "run", value: run.name } : { case: "objective", value: run.objective };
  const fitted = create(FittedModelSchema, { of, ...(x ? { x } : {}) });
  const at = followed ? trace.at("iteration", row) : isOver(run) ? "over" : run.iteration;
  return { key: `${run.name} ${at}`, fitted, followed };
}

/** Predictions at `points`, which have a number for each of `columns`. */
export function usePredictions(moment: Moment, columns: string[], points: number[], ready: boolean): Latest<Predictions> {
  const key = ready ? JSON.stringify([moment.key, columns, points[0], points.at(-1), points.length]) : undefined;
  return useLatest(
    key,
    async (signal) => {
      const request = { model: moment.fitted, columns, points };
      const { predictions } = await models.predictPoints(request, { signal });
      const [first] = predictions;
      if (!first) throw new Error("there is no prediction");
      return first;
    },
    kApartMs,
  );
}

/** The curve's values: what is predicted, or how likely the second of two classes is. */
export const curveOf = ({ values, scores, scoresPerRow, probabilities, classes }: Predictions): number[] =>
  classes.length === 2 && probabilities && Number(scoresPerRow) === 1 ? scores : values;
