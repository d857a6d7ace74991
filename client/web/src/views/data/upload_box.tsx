// Choosing or dropping a table, how it is to be read, and how far it has come.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { create } from "@bufbuild/protobuf";
import { ColumnType, CsvFormatSchema, type Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { takeFiles } from "../../app/drop_target";
import { sentence } from "../../parts/complaints";
import { Field } from "../../parts/field";
import { type Problem, problemOf } from "../../wire/problem";
import { datasets } from "../../wire/rpc";
import { bytesText } from "./data_text";
import { upload } from "./upload";

interface Reading {
  delimiter: string;
  header: "" | "yes" | "no";
  /** Names of columns, separated by commas. */
  categories: string;
}

const kUsual: Reading = { delimiter: "", header: "", categories: "" };
const kDelimiters = [
  ["", "found out"],
  [",", "comma"],
  [";", "semicolon"],
  ["\t", "tab"],
  ["|", "bar"],
] as const;

function formatOf({ delimiter, header, categories }: Reading) {
  const names = categories.split(",").map((name) => name.trim()).filter(Boolean);
  return create(CsvFormatSchema, {
    delimiter,
    ...(header === "" ? {} : { header: header === "yes" }),
    types: Object.fromEntries(names.map((name) => [name, ColumnType.CATEGORY])),
  });
}

export function UploadBox({ onDataset }: { onDataset: (dataset: Dataset) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const reading = useSignal(kUsual);
  const going = useSignal<{ name: string; size: number; received: number; waiting: boolean } | undefined>(undefined);
  const failed = useSignal<{ file: File; problem: Problem } | undefined>(undefined);
  const leaving = useRef<AbortController>();

  const bring = async (file: File) => {
    if (going.peek()) return;
    const abort = new AbortController();
    leaving.current = abort;
    failed.value = undefined;
    going.value = { name: file.name, size: file.size, received: 0, waiting: false };
    const change = (what: { received?: number; waiting?: boolean }) => {
      if (going.peek()) going.value = { ...(going.peek() as NonNullable<typeof going.value>), ...what };
    };
    try {
      const spec = { displayName: file.name.slice(0, 100), format: { case: "csv" as const, value: formatOf(reading.peek()) } };
      const { dataset } = await upload(datasets, file, spec, {
        signal: abort.signal,
        onProgress: (received) => change({ received }),
        onWaiting: (waiting) => change({ waiting }),
      });
      going.value = undefined;
      onDataset(dataset);
    } catch (error) {
      going.value = undefined;
      if (!abort.signal.aborted) failed.value = { file, problem: problemOf(error) };
    }
  };
  useEffect(() => takeFiles((file) => void bring(file)), []);
  useEffect(() => () => leaving.current?.abort(), []);

  const put = (changes: Partial<Reading>) => (reading.value = { ...reading.value, ...changes });
  const { value: now } = going;
  return (
    <section class="card upload" aria-label="Upload a table">
      <div class="row">
        <button type="button" class="primary" disabled={now !== undefined} onClick={() => input.current?.click()}>
          Upload a table…
        </button>
        <span class="quiet">or drop a file of comma-separated values anywhere on this page</span>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          class="visually-hidden"
          tabIndex={-1}
          aria-label="Table to upload"
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file) void bring(file);
            currentTarget.value = "";
          }}
        />
      </div>
      {now && (
        <div class="upload-progress" role="status">
          <progress max={Math.max(now.size, 1)} value={now.received} aria-label={`Upload of ${now.name}`} />
          <span>
            {now.name}: {bytesText(now.received)} of {bytesText(now.size)}
            {now.waiting ? "; the connection broke, trying again" : now.received >= now.size ? "; being read" : ""}
          </span>
          <button
            type="button"
            onClick={() => {
              leaving.current?.abort();
              going.value = undefined;
            }}
          >
            Stop
          </button>
        </div>
      )}
      {failed.value && (
        <div class="summary" role="alert">
          <p>
            <b>{failed.value.file.name}</b> was not taken; nothing of it is kept.
          </p>
          <ul class="complaint" data-testid="upload-problem">
            {failed.value.problem.complaints.length > 0 ? (
              failed.value.problem.complaints.map((each) => <li key={each.text}>{sentence(each)}</li>)
            ) : (
              <li>{failed.value.problem.text}</li>
            )}
          </ul>
          <button type="button" onClick={() => failed.value && void bring(failed.value.file)}>
            Try again
          </button>
        </div>
      )}
      <details>
        <summary>How it is read</summary>
        <div class="options">
          <Field label="Separator">
            {(control) => (
              <select {...control} value={reading.value.delimiter} onChange={({ currentTarget }) => put({ delimiter: currentTarget.value })}>
                {kDelimiters.map(([value, title]) => (
                  <option key={value} value={value}>
                    {title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="First line has names">
            {(control) => (
              <select
                {...control}
                value={reading.value.header}
                onChange={({ currentTarget }) => put({ header: currentTarget.value as Reading["header"] })}
              >
                <option value="">found out</option>
                <option value="yes">yes</option>
                <option value="no">no</option>
              </select>
            )}
          </Field>
          <Field label="Columns that are classes" help="their names, although their cells are numbers; separated by commas">
            {(control) => (
              <input {...control} value={reading.value.categories} onInput={({ currentTarget }) => put({ categories: currentTarget.value })} />
            )}
          </Field>
        </div>
      </details>
    </section>
  );
}
