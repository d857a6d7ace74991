// The tables that models learn from: all of them, or one with its columns.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { count } from "../../app/format";
import { attempt } from "../../app/notices";
import { go, href } from "../../app/router";
import { type Problem, problemOf } from "../../wire/problem";
import { datasets } from "../../wire/rpc";
import { Confirm, confirmed } from "../runs/confirm";
import { When } from "../runs/run_row";
import { idOf } from "../runs/run_text";
import { bytesText, titleOf } from "./data_text";
import { DatasetView } from "./dataset_view";
import { UploadBox } from "./upload_box";

export function DataView({ id }: { id?: string }) {
  return id ? <DatasetView key={id} name={`datasets/${id}`} /> : <DatasetList />;
}

const kPageSize = 100;

function DatasetList() {
  const listed = useSignal<Dataset[] | undefined>(undefined);
  const next = useSignal("");
  const problem = useSignal<Problem | undefined>(undefined);
  const ask = async (pageToken: string, leaving?: AbortSignal) => {
    try {
      const page = await datasets.listDatasets({ pageSize: kPageSize, pageToken }, leaving ? { signal: leaving } : {});
      listed.value = pageToken === "" ? page.datasets : [...(listed.peek() ?? []), ...page.datasets];
      next.value = page.nextPageToken;
      problem.value = undefined;
    } catch (error) {
      if (!leaving?.aborted) problem.value = problemOf(error);
    }
  };
  useEffect(() => {
    const leaving = new AbortController();
    void ask("", leaving.signal);
    return () => leaving.abort();
  }, []);
  const remove = async (dataset: Dataset) => {
    if (!(await confirmed(`Delete the table ${titleOf(dataset)}? Runs that learnt from it keep their results.`, "Delete"))) return;
    await attempt(async () => {
      await datasets.deleteDataset({ name: dataset.name });
      listed.value = listed.peek()?.filter(({ name }) => name !== dataset.name);
    });
  };
  const all = listed.value;
  return (
    <div class="data">
      <h1>Data</h1>
      <UploadBox onDataset={({ name }) => go(`data/${idOf(name)}`)} />
      {problem.value && (
        <p class="complaint" role="alert">
          {problem.value.text}
        </p>
      )}
      {all?.length === 0 && <p class="empty">No table yet. Models learn from rows of numbers and classes: upload some.</p>}
      {all && all.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Tables">
          <table>
            <thead>
              <tr>
                <th>Table</th>
                <th class="number">Rows</th>
                <th class="number">Columns</th>
                <th class="number">Size</th>
                <th>Uploaded</th>
                <th>
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map((dataset) => (
                <tr key={dataset.name}>
                  <td>
                    <a href={href(`data/${idOf(dataset.name)}`)}>{titleOf(dataset)}</a>
                  </td>
                  <td class="number">{count(dataset.rowCount)}</td>
                  <td class="number">{count(dataset.columns.length)}</td>
                  <td class="number">{bytesText(dataset.storedBytes)}</td>
                  <td>
                    <When time={dataset.createTime} />
                  </td>
                  <td class="row">
                    <a class="button" href={href("fit", { dataset: idOf(dataset.name) })} aria-label={`Fit a model to ${titleOf(dataset)}`}>
                      Fit
                    </a>
                    <button type="button" class="danger" aria-label={`Delete ${titleOf(dataset)}`} onClick={() => void remove(dataset)}>
                      Delete
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next.value !== "" && (
        <button type="button" onClick={() => void ask(next.value)}>
          More
        </button>
      )}
      <Confirm />
    </div>
  );
}
