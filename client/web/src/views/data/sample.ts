// Some rows of a table, spread evenly over all: enough for a picture.
import type { Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { datasets } from "../../wire/rpc";

export interface Sample {
  /** Cells of each column that was asked for, in the same order. */
  columns: number[][];
}

const kMostRows = 10_000; // of an answer
const kMostNumbers = 2 ** 17; // likewise: 1 MiB

/** At most `most` rows of `names`, of all columns without them. */
export async function sampleOf(
  { name, rowCount, columns }: Pick<Dataset, "name" | "rowCount" | "columns">,
  signal: AbortSignal,
  names: string[] = columns.map((column) => column.name),
  most = kMostRows,
): Promise<Sample> {
  const width = Math.max(names.length, 1);
  const wanted = Math.max(1, Math.min(most, Number(rowCount), Math.floor(kMostNumbers / width)));
  const page = await datasets.readDataset({ name, columns: names, rowCount: BigInt(wanted), spread: true }, { signal });
  const byName = new Map(page.columns.map((column) => [column.name, column.values]));
  return { columns: names.map((each) => byName.get(each) ?? []) };
}
