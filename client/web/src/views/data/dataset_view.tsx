// One table: what its columns are like, and its rows.
import { useSignal } from "@preact/signals";
import { Code } from "@connectrpc/connect";
import { useEffect } from "preact/hooks";
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { count } from "../../app/format";
import { attempt } from "../../app/notices";
import { go, href } from "../../app/router";
import { type Problem, problemOf } from "../../wire/problem";
import { datasets } from "../../wire/rpc";
import { Confirm, confirmed } from "../runs/confirm";
import { idOf } from "../runs/run_text";
import { ColumnCard } from "./column_card";
import { bytesText, titleOf } from "./data_text";
import { type Sample, sampleOf } from "./sample";
import { TableView } from "./table_view";

export function DatasetView({ name }: { name: string }) {
  const dataset = useSignal<Dataset | undefined>(undefined);
  const sample = useSignal<Sample | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  useEffect(() => {
    const leaving = new AbortController();
    const begin = async () => {
      dataset.value = (await datasets.getDataset({ name }, { signal: leaving.signal })).dataset;
      if (dataset.value) sample.value = await sampleOf(dataset.value, leaving.signal);
    };
    begin().catch((error: unknown) => {
      if (!leaving.signal.aborted) problem.value = problemOf(error);
    });
    return () => leaving.abort();
  }, [name]);
  const table = dataset.value;
  if (!table) {
    const said = problem.value;
    return said ? (
      <p class="empty" role="alert">
        {said.code === Code.NotFound ? "There is no such table." : said.text} <a href={href("data")}>All tables</a>
      </p>
    ) : (
      <p class="empty">Loading…</p>
    );
  }
  const remove = async () => {
    if (!(await confirmed(`Delete the table ${titleOf(table)}? Runs that learnt from it keep their results.`, "Delete"))) return;
    await attempt(async () => {
      await datasets.deleteDataset({ name });
      go("data");
    });
  };
  return (
    <div class="data">
      <h1>{titleOf(table)}</h1>
      <div class="row data-head">
        <span class="quiet">
          {count(table.rowCount)} {table.rowCount === 1n ? "row" : "rows"}, {count(table.columns.length)}{" "}
          {table.columns.length === 1 ? "column" : "columns"}, {bytesText(table.storedBytes)} ·{" "}
          <span class="mono" title={`SHA-256 ${table.sha256}`}>
            {table.name}
          </span>
        </span>
        <a class="button primary" href={href("fit", { dataset: idOf(name) })}>
          Fit a model
        </a>
        <button type="button" class="danger" onClick={() => void remove()}>
          Delete…
        </button>
      </div>
      {problem.value && (
        <p class="complaint" role="alert">
          {problem.value.text}
        </p>
      )}
      <h2>Columns</h2>
      <div class="columns">
        {table.columns.map((column, i) => (
          <ColumnCard key={column.name} column={column} rows={Number(table.rowCount)} values={sample.value?.columns[i]} />
        ))}
      </div>
      <h2>Rows</h2>
      <TableView dataset={table} />
      <Confirm />
    </div>
  );
}
