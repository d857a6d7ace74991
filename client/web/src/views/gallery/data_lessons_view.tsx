// Lessons from data, on cards: what to look for, the rows, and the buttons that fit them.
import { useMemo, useState } from "preact/hooks";
import { attempt } from "../../app/notices";
import { go } from "../../app/router";
import { loadLearning } from "../../wire/catalogue";
import { requestId } from "../../wire/request_id";
import { datasets, optimization, studies } from "../../wire/rpc";
import { fitHref } from "../fit/address";
import { idOf } from "../runs/run_text";
import { type DataLesson, type DataVariant, fitOf, kDataLessons } from "./data_lessons";
import { bringTable, runOf, studyOf } from "./data_requests";
import { tableOf } from "./tables";

export function DataLessons() {
  return (
    <section aria-labelledby="data-lessons">
      <h2 id="data-lessons">Learning from data</h2>
      <p class="quiet">Each button brings a small table to the server and fits a model to it.</p>
      <div class="lessons">
        {kDataLessons.map((lesson) => (
          <DataLessonCard key={lesson.id} lesson={lesson} />
        ))}
      </div>
    </section>
  );
}

function DataLessonCard({ lesson }: { lesson: DataLesson }) {
  const [busy, setBusy] = useState(false);
  const act = async (start: (dataset: string) => Promise<void>) => {
    setBusy(true);
    await attempt(async () => start(await bringTable(datasets, lesson)));
    setBusy(false);
  };
  const fit = (variant: DataVariant) => async (dataset: string) => {
    const run = runOf(lesson, variant, dataset, await loadLearning());
    const made = await optimization.createRun({ run, requestId: requestId() });
    go(`runs/${idOf(made.run?.name ?? "")}`);
  };
  const together = async (dataset: string) => {
    const study = studyOf(lesson, dataset, await loadLearning());
    const made = await studies.createStudy({ study, requestId: requestId() });
    go(`studies/${idOf(made.study?.name ?? "")}`);
  };
  const change = async (dataset: string) => {
    const [first] = lesson.variants;
    if (first) location.hash = fitHref(fitOf(lesson, first, dataset));
  };
  return (
    <article class="lesson card" aria-labelledby={`lesson-${lesson.id}`} data-lesson={lesson.id}>
      <RowsSketch lesson={lesson} />
      <h3 id={`lesson-${lesson.id}`}>{lesson.title}</h3>
      <p>{lesson.look}</p>
      <div class="row variants">
        {lesson.variants.map((variant) => (
          <button key={variant.title} type="button" disabled={busy} aria-label={`${lesson.title}: ${variant.title}`} onClick={() => void act(fit(variant))}>
            {variant.title}
          </button>
        ))}
        {lesson.together && (
          <button type="button" class="primary" disabled={busy} aria-label={`${lesson.title}: ${lesson.together.title}`} onClick={() => void act(together)}>
            {lesson.together.title}
          </button>
        )}
      </div>
      <button type="button" class="plain change" disabled={busy} aria-label={`Change it first: ${lesson.title}`} onClick={() => void act(change)}>
        Change it first…
      </button>
    </article>
  );
}

const kWidth = 160;
const kHeight = 100;

/** The lesson's rows: its first column across, its second up, its classes by colour. */
function RowsSketch({ lesson: { table } }: { lesson: DataLesson }) {
  const groups = useMemo(() => {
    const { rows } = tableOf(table);
    const place = (k: number, from: number, to: number) => {
      const values = rows.map((row) => row[k] as number);
      const [least, greatest] = [Math.min(...values), Math.max(...values)];
      return (value: number) => (from + ((value - least) / (greatest - least)) * (to - from)).toFixed(1);
    };
    const [x, y] = [place(0, 10, kWidth - 10), place(1, kHeight - 10, 10)];
    const byClass = new Map<string, string>();
    for (const row of rows) {
      const name = typeof row[2] === "string" ? row[2] : "";
      byClass.set(name, `${byClass.get(name) ?? ""}M${x(row[0] as number)} ${y(row[1] as number)}h0`);
    }
    return [...byClass.values()];
  }, [table]);
  return (
    <svg class="sketch" viewBox={`0 0 ${kWidth} ${kHeight}`} preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {groups.map((path, i) => (
        <path key={i} class="rows" d={path} style={{ stroke: `var(--series-${i})` }} />
      ))}
    </svg>
  );
}
