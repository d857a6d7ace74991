// The lanes of a race as a table: legend, toggles, and how far each is.
import { RunState } from "../../../gen/thalweg/v1/run_pb";
import { count, number } from "../../app/format";
import { href } from "../../app/router";
import { idOf, stateSign, stateWord } from "../runs/run_text";
import { type Lane, laneState, type Racer, seriesOf } from "./lanes";
import { type Clock, evaluationsAt, rowAtTime } from "./race";

interface Props {
  lanes: Lane[];
  shown: ReadonlySet<number>;
  clock: Clock;
  /** undefined: now. */
  time: number | undefined;
  ascent: boolean;
  /** No further lane can be shown. */
  full: boolean;
  onToggle: (lane: number, on: boolean) => void;
}

/** A piece of the lane's line as the charts draw it. */
export function Swatch({ series }: { series: number | undefined }) {
  const stroke = series === undefined ? "var(--line)" : `var(--series-${series % 8})`;
  return (
    <svg class="swatch" viewBox="0 0 26 10" aria-hidden="true">
      <path d="M1 5H25" style={{ stroke }} {...(series !== undefined && series >= 8 ? { "stroke-dasharray": "7 4" } : {})} />
    </svg>
  );
}

interface Standings {
  best: number;
  iterations: number;
  evaluations: number;
}

/** Of a lane's runs together at `time`: the best value, the most iterations and evaluations of one. */
function standingOf(racers: Racer[], clock: Clock, time: number | undefined, ascent: boolean): Standings | undefined {
  let all: Standings | undefined;
  for (const { model } of racers) {
    const { trace } = model;
    const row = time === undefined ? trace.length - 1 : rowAtTime(trace, clock, time);
    if (row < 0) continue;
    const best = trace.at("bestValue", row);
    const better = all === undefined || Number.isNaN(all.best) || (ascent ? best > all.best : best < all.best);
    all = {
      best: better ? best : (all as Standings).best,
      iterations: Math.max(all?.iterations ?? 0, trace.at("iteration", row)),
      evaluations: Math.max(all?.evaluations ?? 0, evaluationsAt(trace, row)),
    };
  }
  return all;
}

export function Standing({ lanes, shown, clock, time, ascent, full, onToggle }: Props) {
  return (
    <section aria-label="Standing">
      <div class="scroll" tabIndex={0} role="region" aria-label="Standing of the race">
        <table class="standing">
          <thead>
            <tr>
              <th scope="col">Shown</th>
              <th scope="col">{lanes.some(({ racers }) => racers.length > 1) ? "Arm" : "Descent"}</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Best value
              </th>
              <th scope="col" class="number">
                Iterations
              </th>
              <th scope="col" class="number">
                Evaluations
              </th>
              <th scope="col">Runs</th>
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane, i) => (
              <Row
                key={i}
                lane={lane}
                series={seriesOf(i, shown, lanes.length)}
                standing={standingOf(lane.racers, clock, time, ascent)}
                full={full}
                onToggle={(on) => onToggle(i, on)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface RowProps {
  lane: Lane;
  series: number | undefined;
  standing: Standings | undefined;
  full: boolean;
  onToggle: (on: boolean) => void;
}

const kMostLinks = 5;

function Row({ lane, series, standing, full, onToggle }: RowProps) {
  const { title, note, racers } = lane;
  const { state, text } = laneState(racers.map(({ model }) => model.run.value?.state ?? RunState.QUEUED));
  const on = series !== undefined;
  return (
    <tr class={on ? "" : "faint"} data-testid="lane">
      <td>
        <label class="row toggle">
          <input
            type="checkbox"
            aria-label={`Show ${title}`}
            checked={on}
            disabled={!on && full}
            onChange={({ currentTarget }) => onToggle(currentTarget.checked)}
          />
          <Swatch series={series} />
        </label>
      </td>
      <th scope="row">{title}</th>
      <td>
        <span class={`state ${stateWord(state)}`}>
          <span aria-hidden="true">{stateSign(state)}</span> {text}
        </span>
        {note && <span class="quiet"> · {note}</span>}
      </td>
      <td class="number best">{standing ? number(standing.best) : "–"}</td>
      <td class="number">{standing ? count(standing.iterations) : "–"}</td>
      <td class="number">{standing ? count(standing.evaluations) : "–"}</td>
      <td>
        {racers.slice(0, kMostLinks).map(({ name }, i) => (
          <a key={name} href={href(name)} class="run-link" aria-label={`${idOf(name)}, run ${i + 1} of ${title}`}>
            {idOf(name)}
          </a>
        ))}
        {racers.length > kMostLinks && <span class="quiet">and {racers.length - kMostLinks} more</span>}
      </td>
    </tr>
  );
}
