// What a column is like: its figures, and how its values are spread.
import type { Column } from "../../../gen/thalweg/v1/dataset_pb";
import { count, number } from "../../app/format";
import { isCategory } from "./data_text";
import { histogram } from "./histogram";

const kWidth = 160;
const kHeight = 44;
const kMostShown = 12; // categories

export function ColumnCard({ column, rows, values }: { column: Column; rows: number; values: number[] | undefined }) {
  const category = isCategory(column);
  const missing = Number(column.missing);
  const facts: [string, string][] = category
    ? [["classes", count(column.categories.length)]]
    : [
        ["mean", number(column.mean, 4)],
        ["deviation", number(column.deviation, 4)],
        ["least", number(column.least, 4)],
        ["lower quartile", number(column.lowerQuartile, 4)],
        ["median", number(column.median, 4)],
        ["upper quartile", number(column.upperQuartile, 4)],
        ["greatest", number(column.greatest, 4)],
        ["different", column.distinct >= 1000n ? "1000 or more" : count(column.distinct)],
      ];
  return (
    <article class="card column" aria-label={`Column ${column.name}`}>
      <h3>
        {column.name} <span class="quiet">{category ? "classes" : "numbers"}</span>
      </h3>
      {category ? (
        <Classes column={column} />
      ) : missing === rows ? (
        <p class="quiet">No row has a value.</p>
      ) : (
        <Bars name={column.name} values={values} />
      )}
      <dl>
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
        {missing > 0 && (
          <div class="missing">
            <dt>missing</dt>
            <dd>
              {count(missing)} ({number((100 * missing) / Math.max(rows, 1), 2)} %)
            </dd>
          </div>
        )}
      </dl>
    </article>
  );
}

function Bars({ name, values }: { name: string; values: number[] | undefined }) {
  const bins = values && histogram(values);
  if (!bins) return <div class="histogram" />;
  const most = Math.max(...bins.counts);
  const width = kWidth / bins.counts.length;
  const [from, to] = [bins.edges[0] as number, bins.edges.at(-1) as number];
  return (
    <svg class="histogram" viewBox={`0 0 ${kWidth} ${kHeight}`} preserveAspectRatio="none" role="img" aria-label={`${name} from ${number(from, 4)} to ${number(to, 4)}`}>
      {bins.counts.map((each, i) => (
        <rect key={i} x={i * width + 0.5} width={Math.max(width - 1, 0.5)} y={kHeight * (1 - each / most)} height={(kHeight * each) / most} data-count={each} />
      ))}
    </svg>
  );
}

function Classes({ column }: { column: Column }) {
  const most = Math.max(1, ...column.counts.map(Number));
  const shown = column.categories.slice(0, kMostShown);
  return (
    <ul class="classes">
      {shown.map((text, i) => {
        const times = Number(column.counts[i] ?? 0);
        return (
          <li key={text}>
            <span class="class-name">{text}</span>
            <span class="class-bar" style={{ width: `${(60 * times) / most}%` }} aria-hidden="true" />
            <span class="quiet">{count(times)}</span>
          </li>
        );
      })}
      {column.categories.length > shown.length && <li class="quiet">and {count(column.categories.length - shown.length)} more</li>}
    </ul>
  );
}
