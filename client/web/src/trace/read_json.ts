// Reads the JSON that "Export" writes (trace_json.ts), line by line; formatted otherwise, as a whole. No DOM.
import { type JsonValue, fromJson } from "@bufbuild/protobuf";
import { IterateBatchSchema } from "../../gen/thalweg/v1/iterate_pb";
import { type Run, RunSchema } from "../../gen/thalweg/v1/run_pb";
import { kVersion } from "./trace_json";
import type { Trace } from "./trace";

type JsonObject = Record<string, JsonValue>;
const kLenient = { ignoreUnknownFields: true }; // a later server's file

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Texts of a file that is not written line by line are gathered up to here. */
const kMostWhole = 64 * 2 ** 20;

export class JsonLines {
  private run?: Run;
  private whole: string[] = [];
  private wholeLength = 0;

  constructor(private readonly trace: Trace) {}

  line(text: string): void {
    if (this.run && this.whole.length === 0) {
      if (text === "]}") return;
      return this.batch(JSON.parse(text.replace(/,$/, "")) as JsonValue);
    }
    // "{... "iterates": [" alone on the first line is closed to be read.
    if (this.whole.length === 0 && text.endsWith("[")) return this.document(JSON.parse(`${text}]}`) as JsonValue);
    this.wholeLength += text.length + 1;
    if (this.wholeLength > kMostWhole) throw new Error("too long for one JSON text: write each batch on a line of its own");
    this.whole.push(text);
  }

  private document(value: JsonValue): void {
    if (!isObject(value) || value["thalweg"] !== "trace") throw new Error('expected {"thalweg": "trace", ...}');
    if (value["version"] !== kVersion) throw new Error(`version ${JSON.stringify(value["version"])} of the format; known: ${kVersion}`);
    const { run, iterates } = value;
    if (!isObject(run)) throw new Error('expected "run", an object');
    if (!Array.isArray(iterates)) throw new Error('expected "iterates", a list');
    this.run = fromJson(RunSchema, run, kLenient);
    for (const batch of iterates) this.batch(batch);
  }

  private batch(value: JsonValue): void {
    if (!isObject(value)) throw new Error("expected a batch of iterates, an object");
    this.trace.append(fromJson(IterateBatchSchema, value, kLenient));
  }

  end(): Run {
    if (this.whole.length > 0) this.document(JSON.parse(this.whole.join("\n")) as JsonValue);
    if (!this.run) throw new Error('expected {"thalweg": "trace", ...}');
    return this.run;
  }
}
