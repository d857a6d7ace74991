// Words about tables. No DOM.
import { type Column, ColumnType, type Dataset } from "../../../gen/thalweg/v1/dataset_pb";
import { number } from "../../app/format";

/** "1.2 MB". */
export function bytesText(bytes: number | bigint): string {
  const size = Number(bytes);
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  return `${number(size / 1000 ** power, 3)} ${units[power]}`;
}

export const titleOf = ({ displayName, name }: Pick<Dataset, "displayName" | "name">): string =>
  displayName || name.replace("datasets/", "");

export const isCategory = ({ type }: Column): boolean => type === ColumnType.CATEGORY;

/** A cell as people read it: a category by its text; "" where there is no value. */
export function cellText(column: Column | undefined, value: number): string {
  if (Number.isNaN(value)) return "";
  return column && isCategory(column) ? (column.categories[value] ?? String(value)) : number(value, 8);
}

/** "datasets/s01" of "s01" or of itself. */
export const nameOf = (id: string): string => (id.startsWith("datasets/") ? id : `datasets/${id}`);
