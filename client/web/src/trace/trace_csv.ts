// Traces as CSV: a header row, one row an iterate, the run in comment lines before. No DOM.
import { toJsonString } from "@bufbuild/protobuf";
import { type IterateBatch } from "../../gen/thalweg/v1/iterate_pb";
import { type Run, RunSchema } from "../../gen/thalweg/v1/run_pb";
import { type Variable } from "../../gen/thalweg/v1/values_pb";
import { coordinateName } from "./layout";
import { type Column, absent, kColumns } from "./trace";

/** "bestValue" as "best_value". */
export const csvName = (column: Column): string => column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The column with the gradient's norm of variable `name`; what is in brackets of such a column. */
const normName = (name: string): string => `gradient_norm[${name}]`;
export const normOf = (column: string): string | undefined => /^gradient_norm\[(.+)\]$/.exec(column)?.[1];

/** The lines before the first iterate; `layers`: norms of the gradient by variable that each has. */
export function csvHead(run: Run, variables: Variable[], coordinates: number, layers = 0): string {
  const x = Array.from({ length: coordinates }, (_, k) => cell(coordinateName(variables, k)));
  const norms = Array.from({ length: layers }, (_, k) => cell(normName(variables[k]?.name ?? String(k))));
  const names = [...kColumns.map(csvName), ...x, ...norms];
  return `# thalweg trace, version 1\n# run: ${toJsonString(RunSchema, run)}\n${names.join(",")}\n`;
}

/** A line for each iterate; numbers are the shortest decimals that read back as the same. */
export function csvRows(batch: IterateBatch): string {
  const coordinates = Number(batch.coordinates);
  const layers = Number(batch.variables);
  let text = "";
  for (let i = 0; i < batch.iteration.length; ++i) {
    const cells: (number | bigint)[] = kColumns.map((column) => batch[column][i] ?? absent(column));
    for (let k = 0; k < coordinates; ++k) cells.push(batch.x[i * coordinates + k] ?? NaN);
    for (let k = 0; k < layers; ++k) cells.push(batch.variableGradientNorm[i * layers + k] ?? NaN);
    text += `${cells.join(",")}\n`;
  }
  return text;
}

/** The cells of a line; undefined: a quote in it is not closed. */
export function csvCells(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let text = "";
      for (;;) {
        const close = line.indexOf('"', at + 1);
        if (close < 0) return undefined;
        text += line.slice(at + 1, close);
        at = close + 1;
        if (line[at] !== '"') break;
        text += '"'; // a doubled quote
      }
      cells.push(text);
    } else {
      const comma = line.indexOf(",", at);
      const end = comma < 0 ? line.length : comma;
      cells.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return cells;
    ++at; // the comma
  }
}
