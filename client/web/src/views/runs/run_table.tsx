// The table of runs: only rows in sight are in the page, however many are loaded.
import { type RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Run } from "../../../gen/thalweg/v1/run_pb";
import type { Action } from "./actions";
import { RunRow } from "./run_row";
import { type Rows, rowsInSight } from "./window";

/** Heights in pixels; runs.css takes them from the table's style. */
const kRowHeight = 56;
const kCardHeight = 156;
const kNarrow = "(max-width: 760px)";
const kColumns = 10;

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(kNarrow).matches);
  useEffect(() => {
    const media = matchMedia(kNarrow);
    const change = () => setNarrow(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return narrow;
}

function useRowsInSight(body: RefObject<HTMLElement>, count: number, rowHeight: number): Rows {
  const look = (): Rows => {
    const top = -(body.current?.getBoundingClientRect().top ?? 0);
    return rowsInSight(top, innerHeight, rowHeight, count);
  };
  const [rows, setRows] = useState(look);
  useEffect(() => {
    let frame = 0;
    const later = () => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        const next = look();
        setRows((now) => (now.from === next.from && now.to === next.to ? now : next));
      });
    };
    later();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [count, rowHeight]);
  return rows;
}

function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr role="presentation" class="spacer" aria-hidden="true">
      <td colSpan={kColumns} style={{ height: `${height}px` }} />
    </tr>
  );
}

interface Props {
  runs: readonly Run[];
  /** Whether `runs` are all there are. */
  complete: boolean;
  selected: ReadonlySet<string>;
  onSelect: (names: string[], selected: boolean) => void;
  onAction: (run: Run, action: Action) => void;
  /** The last rows come into sight. */
  onEnd: () => void;
}

export function RunTable({ runs, complete, selected, onSelect, onAction, onEnd }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const narrow = useNarrow();
  const rowHeight = narrow ? kCardHeight : kRowHeight;
  const { from, to } = useRowsInSight(body, runs.length, rowHeight);
  const atEnd = to >= runs.length;
  useEffect(() => {
    if (atEnd) onEnd();
  }, [atEnd, runs.length]);
  const severalTenants = runs.some((run) => run.tenant !== runs[0]?.tenant);
  const all = runs.length > 0 && runs.every((run) => selected.has(run.name));
  return (
    <table
      role="table"
      class="runs"
      aria-label="Runs"
      aria-rowcount={complete ? runs.length + 1 : -1}
      style={{ "--row-height": `${rowHeight}px` }}
    >
      <thead role="rowgroup">
        <tr role="row" aria-rowindex={1}>
          <th role="columnheader" scope="col" class="pick">
            <input
              type="checkbox"
              aria-label="Select all runs that are listed"
              checked={all}
              onChange={(event) =>
                onSelect(
                  runs.map((run) => run.name),
                  event.currentTarget.checked,
                )
              }
            />
          </th>
          <th role="columnheader" scope="col" class="state-cell">State</th>
          <th role="columnheader" scope="col" class="what">Run</th>
          <th role="columnheader" scope="col" class="spark">Values</th>
          <th role="columnheader" scope="col" class="number best">Best value</th>
          <th role="columnheader" scope="col" class="number norm">‖∇f‖</th>
          <th role="columnheader" scope="col" class="number iteration">Iteration</th>
          <th role="columnheader" scope="col" class="end">Ended</th>
          <th role="columnheader" scope="col" class="when">Made</th>
          <th role="columnheader" scope="col" class="actions">Actions</th>
        </tr>
      </thead>
      <tbody role="rowgroup" ref={body}>
        <Spacer height={from * rowHeight} />
        {runs.slice(from, to).map((run, i) => (
          <RunRow
            key={run.name}
            run={run}
            index={from + i}
            showTenant={severalTenants}
            selected={selected.has(run.name)}
            onSelect={(on) => onSelect([run.name], on)}
            onAction={(action) => onAction(run, action)}
          />
        ))}
        <Spacer height={(runs.length - Math.max(from, to)) * rowHeight} />
      </tbody>
    </table>
  );
}
