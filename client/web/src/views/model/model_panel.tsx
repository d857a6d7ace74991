// A model as it learns: its rows with the line or the boundary, the curves of learning, what it has come to.
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import type { Model } from "../../../gen/thalweg/v1/model_pb";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import { Code } from "@connectrpc/connect";
import { href, place, setQuery } from "../../app/router";
import type { RunModel } from "../../trace/run_model";
import { isCategory, titleOf } from "../data/data_text";
import { idOf } from "../runs/run_text";
import type { Playback } from "../run/playback";
import { ClassPicture } from "./class_picture";
import { ColumnChoice } from "./column_choice";
import { Evaluation } from "./evaluation";
import { LearningCurves } from "./learning_curves";
import { LinePicture } from "./line_picture";
import { type Moment, momentOf } from "./predictions";
import { columnOf, featuresOf, numbersOf, useTable } from "./table";

interface Props {
  model: RunModel;
  run: Run;
  spec: Model;
  playback: Playback;
  online: boolean;
}

export function ModelPanel({ model, run, spec, playback, online }: Props) {
  const { table, problem } = useTable(spec.dataset);
  const moment = momentOf(model, run, playback, online);
  const playing = playback.playing.value;
  return (
    <>
      <div class="model-panel">
        <section aria-label="Data">
          {problem && (
            <p class="complaint">
              {problem.code === Code.NotFound ? "The table is gone: what the model says of its rows cannot be shown." : problem.text}
            </p>
          )}
          {table && (
            <>
              <DataPicture table={table} spec={spec} moment={moment} />
              <p class="quiet">
                Learnt from <a href={href(`data/${idOf(table.name)}`)}>{titleOf(table)}</a>
                {!moment.followed && "; the trace has not the whole of x: this is where the run is now"}
              </p>
            </>
          )}
        </section>
        <section aria-label="Learning">
          <LearningCurves model={model} run={run} playback={playback} />
        </section>
      </div>
      <section class="card" aria-labelledby="evaluation-title">
        <h2 id="evaluation-title">The model {moment.followed ? "at this iterate" : ""}</h2>
        <Evaluation moment={moment} split={spec.split} playing={playing} />
      </section>
    </>
  );
}

/** Models whose target is a class although it is a column of numbers. */
const kClassifiers = new Set(["logistic", "softmax", "svm", "perceptron"]);

function DataPicture({ table, spec, moment }: { table: Dataset; spec: Model; moment: Moment }) {
  const { query } = place.value;
  const target = columnOf(table, spec.target);
  const features = featuresOf(table, spec);
  const numbers = numbersOf(features);
  if (!target || numbers.length === 0) return <p class="quiet">There is no picture of this model’s rows.</p>;
  const find = (key: string, otherThan?: string) =>
    numbers.find(({ name }) => name === query.get(key) && name !== otherThan) ?? numbers.find(({ name }) => name !== otherThan);
  const x = find("dx");
  const y = find("dy", x?.name);
  if (!x) return null;
  const classes = isCategory(target) || kClassifiers.has(spec.model?.kind ?? "");
  const flat = classes && y !== undefined;
  return (
    <>
      {numbers.length > (flat ? 2 : 1) && (
        <div class="row">
          <ColumnChoice label="Across" columns={numbers} name={x.name} onName={(dx) => setQuery({ dx })} />
          {flat && (
            <ColumnChoice label="Up" columns={numbers.filter(({ name }) => name !== x.name)} name={y.name} onName={(dy) => setQuery({ dy })} />
          )}
        </div>
      )}
      {flat ? (
        <ClassPicture table={table} x={x} y={y} target={target} moment={moment} others={features.length > 2} />
      ) : (
        <LinePicture table={table} x={x} target={target} moment={moment} others={features.length > 1} />
      )}
    </>
  );
}
