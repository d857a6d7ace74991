// What a study found: who won, the table, the profiles.
import type { StudyResults } from "../../../gen/thalweg/v1/study_pb";
import { count, duration, number } from "../../app/format";
import { Profiles } from "./profiles";
import { atTargetText, resultRows, targetText } from "./result_rows";
import { seriesOf } from "./lanes";
import { Swatch } from "./standing";

export function Results({ results, titles, shown }: { results: StudyResults; titles: string[]; shown: ReadonlySet<number> }) {
  const { targets } = results;
  const rows = resultRows(results, titles);
  const several = rows.some(({ runs }) => runs > 1);
  const derived = targets.some(({ tau }) => tau > 0);
  return (
    <section aria-label="Results">
      <h2>Results</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of results">
        <table class="results">
          <thead>
            <tr>
              <th scope="col" class="number" rowSpan={2}>
                Rank
              </th>
              <th scope="col" rowSpan={2}>
                Arm
              </th>
              <th scope="col" class="number" rowSpan={2}>
                Best value
              </th>
              {several && (
                <th scope="col" class="number" rowSpan={2}>
                  Median
                </th>
              )}
              {targets.length > 0 && (
                <th
                  scope="colgroup"
                  colSpan={targets.length}
                  class="group"
                  title={derived ? "τ: what is left of the gap between the start's value and the best" : undefined}
                >
                  Expected evaluations to reach{derived ? " τ of the gap" : ""}
                </th>
              )}
              <th scope="col" class="number" rowSpan={2}>
                Evaluations
              </th>
              <th scope="col" class="number" rowSpan={2}>
                Time
              </th>
              <th scope="col" rowSpan={2}>
                Endings
              </th>
            </tr>
            <tr>
              {targets.map((target, i) => (
                <th key={i} scope="col" class="number">
                  {targetText(target)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ arm, rank, title, best, median, endings, evaluations, seconds, targets: reached }) => (
              <tr key={arm} data-testid="result">
                <td class="number">{rank}</td>
                <th scope="row">
                  <span class="row arm">
                    <Swatch series={seriesOf(arm, shown, titles.length)} />
                    {title}
                  </span>
                </th>
                <td class="number">{number(best)}</td>
                {several && <td class="number">{number(median)}</td>}
                {targets.map((_, i) => {
                  const at = reached[i];
                  return (
                    <td key={i} class="number">
                      {at ? atTargetText(at) : "–"}
                    </td>
                  );
                })}
                <td class="number">{count(Math.round(evaluations))}</td>
                <td class="number">{duration(seconds)}</td>
                <td>{endings}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Profiles results={results} titles={titles} shown={shown} />
    </section>
  );
}
