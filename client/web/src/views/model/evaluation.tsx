// How good a model is: figures over its rows, classes it mistakes, its coefficients in the table's units.
import { useSignal } from "@preact/signals";
import { type Coefficient, type EvaluateModelResponse, Rows } from "../../../gen/thalweg/v1/model_service_pb";
import type { Split } from "../../../gen/thalweg/v1/model_pb";
import { count, number } from "../../app/format";
import { models } from "../../wire/rpc";
import { useLatest } from "./latest";
import type { Moment } from "./predictions";
import { barsOf } from "./bars";

const kApartMs = 250;
const kMostCoefficients = 200;

const kParts: { rows: Rows; title: string }[] = [
  { rows: Rows.TRAINING, title: "Training" },
  { rows: Rows.VALIDATION, title: "Validation" },
  { rows: Rows.TEST, title: "Test" },
];

/** The parts of the rows that a model has. */
export function partsOf(split: Split | undefined): typeof kParts {
  const validated = (split?.validation ?? 0) > 0 || (split?.folds ?? 0n) > 0n;
  return kParts.filter(({ rows }) => rows === Rows.TRAINING || (rows === Rows.VALIDATION ? validated : (split?.test ?? 0) > 0));
}

export function Evaluation({ moment, split, playing }: { moment: Moment; split: Split | undefined; playing: boolean }) {
  const parts = partsOf(split);
  // While it plays there are better things to compute.
  const { answer, problem } = useLatest(
    playing ? undefined : moment.key,
    (signal) => Promise.all(parts.map(({ rows }) => models.evaluateModel({ model: moment.fitted, rows }, { signal }))),
    kApartMs,
  );
  if (!answer) return problem ? <p class="complaint">{problem.text}</p> : <p class="quiet">Being evaluated…</p>;
  const [training] = answer;
  return (
    <>
      {problem && <p class="complaint">{problem.text}</p>}
      <div class="evaluation">
        <div>
          <Metrics titles={parts.map(({ title }) => title)} answers={answer} />
          {training && training.gradientNoiseScale > 0 && (
            <p class="quiet">
              Gradient noise scale {number(training.gradientNoiseScale, 3)} rows: smaller batches learn about as much per row, larger ones waste
              rows.
            </p>
          )}
        </div>
        {answer.some(({ classes }) => classes.length > 0) && <Mistakes titles={parts.map(({ title }) => title)} answers={answer} />}
        {training && training.coefficients.length > 0 && <Coefficients all={training.coefficients} />}
      </div>
    </>
  );
}

function Metrics({ titles, answers }: { titles: string[]; answers: EvaluateModelResponse[] }) {
  const names = [...new Set(answers.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const row = (name: string, of: (answer: EvaluateModelResponse) => string) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      {answers.map((answer, i) => (
        <td key={titles[i]} class="number" data-metric={name} data-part={titles[i]}>
          {of(answer)}
        </td>
      ))}
    </tr>
  );
  return (
    <>
      <h3>Figures</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Figures">
        <table>
          <thead>
            <tr>
              <th>
                <span class="visually-hidden">Figure</span>
              </th>
              {titles.map((title) => (
                <th key={title} class="number" scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {row("rows", ({ rowCount }) => count(rowCount))}
            {row("loss", ({ loss }) => number(loss, 5))}
            {names.map((name) => row(name.replace(/_/g, " "), ({ metrics }) => (name in metrics ? number(metrics[name] as number, 5) : "")))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Mistakes({ titles, answers }: { titles: string[]; answers: EvaluateModelResponse[] }) {
  const shown = useSignal(Math.min(1, answers.length - 1)); // validation where there is some
  const answer = answers[shown.value];
  if (!answer) return null;
  const { classes, confusion } = answer;
  return (
    <div>
      <h3>Confusion</h3>
      {titles.length > 1 && (
        <span class="segments" role="group" aria-label="Rows of the confusion matrix">
          {titles.map((title, i) => (
            <button key={title} type="button" aria-pressed={i === shown.value} onClick={() => (shown.value = i)}>
              {title}
            </button>
          ))}
        </span>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table class="confusion" data-testid="confusion">
          <caption>rows: what they are; columns: what they are taken for</caption>
          <thead>
            <tr>
              <th>
                <span class="visually-hidden">Class</span>
              </th>
              {classes.map((name) => (
                <th key={name} class="number" scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((name, i) => {
              const row = classes.map((_, j) => Number(confusion[i * classes.length + j] ?? 0n));
              const most = Math.max(1, row.reduce((a, b) => a + b, 0));
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {row.map((times, j) => (
                    <td
                      key={classes[j]}
                      class={i === j ? "hit" : ""}
                      style={{ background: `color-mix(in srgb, var(--series-${i === j ? 2 : 1}) ${Math.round((40 * times) / most)}%, transparent)` }}
                    >
                      {count(times)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Coefficients({ all }: { all: Coefficient[] }) {
  const shown = all.slice(0, kMostCoefficients);
  const bars = barsOf(shown.map(({ value }) => value));
  return (
    <div>
      <h3>
        Coefficients <span class="quiet">in the table’s units</span>
      </h3>
      <ul class="coefficients" data-testid="coefficients">
        {shown.map(({ feature, className, value, scaled }, i) => {
          const name = className ? `${feature}, ${className}` : feature;
          const bar = bars[i];
          return (
            <li key={name} title={`scaled: ${number(scaled, 6)}`}>
              <span class="feature" title={name}>
                {name}
              </span>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                {bar && <rect x={bar.from} width={bar.width} y="1" height="8" class={value < 0 ? "negative" : ""} />}
                {bar && <path class="axis" d={`M${bar.zero} 0V10`} vector-effect="non-scaling-stroke" />}
              </svg>
              <span class="value" data-coefficient={name} data-value={value}>
                {number(value, 5)}
              </span>
            </li>
          );
        })}
      </ul>
      {all.length > shown.length && <p class="quiet">{count(all.length - shown.length)} more are not shown.</p>}
    </div>
  );
}
