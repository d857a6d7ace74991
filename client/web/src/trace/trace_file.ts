// Trace files: what "Export" writes, and what `thalweg ... --json` prints.
import type { Run } from "../../gen/thalweg/v1/run_pb";
import { CliLines } from "./read_cli";
import { CsvLines } from "./read_csv";
import { JsonLines } from "./read_json";
import { RunModel } from "./model";
import type { Trace } from "./trace";

/** More is refused: a page that reads it would stand still for minutes. */
export const kMostBytes = 2 ** 30;
const kSliceBytes = 4 * 2 ** 20;
/** A line longer than this is no line of a trace. */
export const kMostLine = 64 * 2 ** 20;

/** Reads one of the formats line by line. Throws an Error that says what is wrong with a line. */
export interface LineReader {
  /** Without its line break; never blank. */
  line(text: string): void;
  /** The run, at the end of the file. */
  end(): Run;
}

/** The reader of the format that a file begins with. */
function readerFor(first: string, trace: Trace): LineReader {
  if (!first.startsWith("{")) return new CsvLines(trace);
  return /^\{\s*("thalweg"|$)/.test(first) ? new JsonLines(trace) : new CliLines(trace);
}

class FileReader {
  readonly model = new RunModel();
  private reader?: LineReader;
  private rest = "";
  private number = 0;

  push(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line);
    if (this.rest.length > kMostLine) throw new Error(`line ${this.number + 1}: longer than any line of a trace`);
  }

  private line(raw: string): void {
    ++this.number;
    const text = raw.trim();
    if (text === "") return;
    this.reader ??= readerFor(text.replace(/^\uFEFF/, ""), this.model.trace);
    try {
      this.reader.line(this.number === 1 ? text.replace(/^\uFEFF/, "") : text);
    } catch (error) {
      throw new Error(`line ${this.number}: ${(error as Error).message}`);
    }
  }

  finish(): RunModel {
    if (this.rest !== "") this.line(this.rest);
    if (!this.reader) throw new Error("the file is empty");
    const run = this.reader.end();
    const { model } = this;
    if (model.trace.length === 0) throw new Error("there is no iterate in it");
    model.run.value = run;
    model.note(run.events);
    model.version.value = 1;
    return model;
  }
}

/** Reads the text of a trace file. Throws an Error that says what is wrong with it. */
export function openTraceFile(text: string): RunModel {
  const reader = new FileReader();
  reader.push(text);
  return reader.finish();
}

/** Reads a trace file piece by piece; no more of it than its thinned trace is kept. */
export async function readTraceFile(file: Blob): Promise<RunModel> {
  if (file.size > kMostBytes) {
    throw new Error(`it has ${Math.round(file.size / 2 ** 20)} MiB, more than the ${kMostBytes / 2 ** 20} MiB that a page can read`);
  }
  const reader = new FileReader();
  const decoder = new TextDecoder("utf-8");
  for (let at = 0; at < file.size; at += kSliceBytes) {
    const bytes = await file.slice(at, at + kSliceBytes).arrayBuffer();
    reader.push(decoder.decode(bytes, { stream: true }));
  }
  reader.push(decoder.decode());
  return reader.finish();
}
