// The table that a model learns from, and some of its rows for a picture.
import { useEffect, useState } from "preact/hooks";
import type { Column, Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { type Problem, problemOf } from "../../wire/problem";
import { datasets } from "../../wire/rpc";
import { isCategory } from "../data/data_text";
import { sampleOf } from "../data/sample";

const kMostPoints = 2_000;

export function useTable(name: string): { table?: Dataset; problem?: Problem } {
  const [state, setState] = useState<{ table?: Dataset; problem?: Problem }>({});
  useEffect(() => {
    setState({});
    if (name === "") return;
    const leaving = new AbortController();
    datasets.getDataset({ name }, { signal: leaving.signal }).then(
      ({ dataset }) => dataset && setState({ table: dataset }),
      (error: unknown) => {
        if (!leaving.signal.aborted) setState({ problem: problemOf(error) });
      },
    );
    return () => leaving.abort();
  }, [name]);
  return state;
}

/** Some rows of the columns `names`; undefined while they are on their way, or where none is wanted. */
export function useRows(table: Dataset, names: string[]): number[][] | undefined {
  const [rows, setRows] = useState<{ key: string; columns: number[][] }>();
  const key = JSON.stringify([table.name, names]);
  useEffect(() => {
    const leaving = new AbortController();
    sampleOf(table, leaving.signal, names, kMostPoints).then(
      ({ columns }) => setRows({ key, columns }),
      () => undefined, // the picture stays without points
    );
    return () => leaving.abort();
  }, [key]);
  return rows?.key === key ? rows.columns : undefined;
}

export const columnOf = (table: Dataset, name: string): Column | undefined => table.columns.find((column) => column.name === name);

/** The columns that a model predicts from: those named, or all but the target and the weights. */
export function featuresOf(table: Dataset, { features, target, weights }: { features: string[]; target: string; weights: string }): Column[] {
  const named = new Set(features);
  return table.columns.filter(({ name }) => (named.size > 0 ? named.has(name) : name !== target && name !== weights));
}

export const numbersOf = (columns: Column[]): Column[] => columns.filter((column) => !isCategory(column));
