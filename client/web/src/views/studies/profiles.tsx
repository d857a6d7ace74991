// Performance and data profiles: the share of targets each arm reached within a budget.
import type { StudyResults } from "../../../gen/thalweg/v1/study_pb";
import { number } from "../../app/format";
import { seriesOf } from "./lanes";
import { logPosition, logTicks, stepPath } from "./steps";

const kBox = { width: 420, height: 200 };
const kEdge = { left: 40, right: 12, top: 12, bottom: 44 };

interface ProfileProps {
  title: string;
  xLabel: string;
  xs: number[];
  /** By arm. */
  shares: number[][];
  titles: string[];
  shown: ReadonlySet<number>;
}

function Profile({ title, xLabel, xs, shares, titles, shown }: ProfileProps) {
  const positive = xs.filter((x) => x > 0);
  const [from, to] = [positive[0], positive[positive.length - 1]];
  if (from === undefined || to === undefined) return null;
  const { width, height } = kBox;
  const at = (x: number) => logPosition(x, from, to, width);
  const shares1 = titles.map((name, arm) => `${name} ${number(100 * (shares[arm]?.[xs.length - 1] ?? 0), 3)} %`);
  return (
    <figure class="profile">
      <figcaption>{title}</figcaption>
      <svg
        role="img"
        aria-label={`${title}. At the right end: ${shares1.join(", ")}`}
        viewBox={`${-kEdge.left} ${-kEdge.top} ${width + kEdge.left + kEdge.right} ${height + kEdge.top + kEdge.bottom}`}
      >
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share} transform={`translate(0 ${(1 - share) * height})`}>
            <path class="grid" d={`M0 0H${width}`} />
            <text x={-6} dy="0.35em" text-anchor="end">
              {100 * share} %
            </text>
          </g>
        ))}
        {logTicks(from, to).map((tick) => (
          <g key={tick} transform={`translate(${at(tick)} 0)`}>
            <path class="grid" d={`M0 0V${height}`} />
            <text y={height + 16} text-anchor="middle">
              {number(tick, 3)}
            </text>
          </g>
        ))}
        <text x={width / 2} y={height + 36} text-anchor="middle">
          {xLabel}
        </text>
        {shares.map((each, arm) => {
          const series = seriesOf(arm, shown, titles.length);
          const stroke = series === undefined ? "var(--line)" : `var(--series-${series % 8})`;
          return (
            <path key={arm} class="steps" d={stepPath(xs, each, from, to, kBox)} style={{ stroke }} stroke-dasharray={series !== undefined && series >= 8 ? "7 4" : undefined}>
              <title>{titles[arm]}</title>
            </path>
          );
        })}
      </svg>
    </figure>
  );
}

export function Profiles({ results, titles, shown }: { results: StudyResults; titles: string[]; shown: ReadonlySet<number> }) {
  const { arms, ratios, budgets } = results;
  return (
    <div class="profiles">
      <Profile
        title="Performance profile: share of targets reached"
        xLabel="evaluations, in those of the best arm"
        xs={ratios}
        shares={arms.map(({ performance }) => performance)}
        titles={titles}
        shown={shown}
      />
      <Profile
        title="Data profile: share of targets reached"
        xLabel="evaluations, in those of a gradient by differences (n + 1)"
        xs={budgets}
        shares={arms.map(({ data }) => data)}
        titles={titles}
        shown={shown}
      />
    </div>
  );
}
