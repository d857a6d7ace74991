// Rows of a table, a page at a time.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import type { ReadDatasetResponse } from "../../../gen/thalweg/v1/dataset_service_pb";
import { count } from "../../app/format";
import { type Problem, problemOf } from "../../wire/problem";
import { datasets } from "../../wire/rpc";
import { cellText, isCategory } from "./data_text";

const kPage = 50;
const kMostColumns = 200;

export function TableView({ dataset }: { dataset: Dataset }) {
  const { name, columns, rowCount } = dataset;
  const from = useSignal(0);
  const page = useSignal<ReadDatasetResponse | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const shown = columns.slice(0, kMostColumns);
  const rows = Number(rowCount);
  useEffect(() => {
    const leaving = new AbortController();
    const request = { name, columns: shown.map((each) => each.name), row: BigInt(from.value), rowCount: BigInt(kPage) };
    datasets.readDataset(request, { signal: leaving.signal }).then(
      (answer) => {
        page.value = answer;
        problem.value = undefined;
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) problem.value = problemOf(error);
      },
    );
    return () => leaving.abort();
  }, [name, from.value]);
  if (problem.value) return <p class="complaint">{problem.value.text}</p>;
  if (!page.value) return <p class="quiet">Loading…</p>;
  const { rows: numbers, columns: cells } = page.value;
  const move = (to: number) => (from.value = Math.max(0, Math.min(to, Math.floor((rows - 1) / kPage) * kPage)));
  return (
    <>
      <div class="scroll data-table" tabIndex={0} role="region" aria-label="Rows">
        <table>
          <thead>
            <tr>
              <th class="number">#</th>
              {shown.map((column) => (
                <th key={column.name} class={isCategory(column) ? "" : "number"}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {numbers.map((row, i) => (
              <tr key={String(row)}>
                <td class="number quiet">{count(row)}</td>
                {shown.map((column, k) => (
                  <td key={column.name} class={isCategory(column) ? "" : "number"}>
                    {cellText(column, cells[k]?.values[i] ?? NaN)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {columns.length > shown.length && <p class="quiet">{count(columns.length - shown.length)} more columns are not shown.</p>}
      {rows > kPage && (
        <div class="row table-tools" role="group" aria-label="Pages">
          <button type="button" disabled={from.value === 0} onClick={() => move(0)}>
            First
          </button>
          <button type="button" disabled={from.value === 0} onClick={() => move(from.value - kPage)}>
            Before
          </button>
          <span>
            {count(from.value)} to {count(Math.min(from.value + kPage, rows) - 1)} of {count(rows)}
          </span>
          <button type="button" disabled={from.value + kPage >= rows} onClick={() => move(from.value + kPage)}>
            Next
          </button>
          <button type="button" disabled={from.value + kPage >= rows} onClick={() => move(rows)}>
            Last
          </button>
        </div>
      )}
    </>
  );
}
