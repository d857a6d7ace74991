// Reads the JSON lines that `thalweg minimize ... --json` and `thalweg watch ... --json` print. No DOM.
import { type JsonValue, create, fromJson } from "@bufbuild/protobuf";
import { type Run, RunSchema, RunState } from "../../gen/thalweg/v1/run_pb";
import { BatchMaker } from "./batches";
import { Flag, type Trace } from "./trace";

type JsonObject = { [key: string]: JsonValue };

const kNumbers: Record<string, number> = { NaN, Infinity, "-Infinity": -Infinity };
const kFlags: Record<string, number> = {
  non_finite: Flag.nonFinite,
  clipped: Flag.clipped,
  rejected: Flag.rejected,
  restarted: Flag.restarted,
  changed: Flag.changed,
};

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What is not known is null. */
function toNumber(value: JsonValue | undefined, name: string): number {
  if (value === null || value === undefined) return NaN;
  const number = typeof value === "string" ? kNumbers[value] : value;
  if (typeof number !== "number") throw new Error(`${name}: ${JSON.stringify(value).slice(0, 40)} is not a number`);
  return number;
}

/** Numbers of a variable, and its shape. */
function arrayOf(value: JsonValue, name: string): { shape: number[]; values: number[] } {
  if (!Array.isArray(value)) return { shape: [], values: [toNumber(value, name)] };
  if (!Array.isArray(value[0])) return { shape: [value.length], values: value.map((each) => toNumber(each, name)) };
  const rows = value.map((row) => (Array.isArray(row) ? row : []));
  return { shape: [rows.length, rows[0]?.length ?? 0], values: rows.flat().map((each) => toNumber(each, name)) };
}

/** A point as protobuf's JSON has it. */
function pointOf(x: JsonValue | undefined): JsonValue {
  const values = Object.entries(isObject(x) ? x : {}).map(([name, value]): [string, JsonValue] => {
    const { shape, values: numbers } = arrayOf(value, name);
    return [name, { shape, values: numbers.map((number) => (Number.isFinite(number) ? number : String(number))) }];
  });
  return { values: Object.fromEntries(values) };
}

const iterateOf = (value: JsonValue | undefined): JsonValue =>
  isObject(value) ? { ...value, gradient_norm: value["gradient_norm"] ?? "NaN", x: pointOf(value["x"]) } : null;

const enumerator = (prefix: string, value: JsonValue | undefined): JsonValue =>
  typeof value === "string" && value !== "" ? `${prefix}_${value.toUpperCase()}` : `${prefix}_UNSPECIFIED`;

function certificateOf(value: JsonValue | undefined): JsonValue {
  if (!isObject(value)) return null;
  const bounds = Array.isArray(value["active_bounds"]) ? value["active_bounds"].filter(isObject) : [];
  return {
    ...value,
    verdict: enumerator("VERDICT", value["verdict"]),
    active_bounds: bounds.map(({ side, ...bound }) => ({ ...bound, upper: side === "upper" })),
  };
}

/** What the result's line says, as protobuf's JSON has a run. */
function runOf(result: JsonObject): Run {
  const findings = Array.isArray(result["findings"]) ? result["findings"].filter(isObject) : [];
  const best = isObject(result["best"]) ? result["best"] : undefined;
  const json: JsonObject = {
    name: result["run"] ?? "",
    state: enumerator("RUN_STATE", result["state"]),
    iteration: result["iterations"] ?? 0,
    value_evaluations: result["evaluations"] ?? 0,
    gradient_evaluations: result["gradient_evaluations"] ?? 0,
    hessian_products: result["hessian_products"] ?? 0,
    value: result["value"] ?? "NaN",
    best_value: best?.["value"] ?? "NaN",
    best_iteration: best?.["iteration"] ?? 0,
    elapsed_seconds: result["elapsed_seconds"] ?? 0,
    best: iterateOf(best),
    last: iterateOf(result["last"]),
    events: result["events"] ?? [],
    termination: {
      reason: enumerator("TERMINATION_REASON", result["reason"]),
      criterion: result["criterion"] ?? "",
      measured: result["measured"] ?? 0,
      threshold: result["threshold"] ?? 0,
      detail: result["detail"] ?? "",
      certificate: certificateOf(result["certificate"]),
      findings: findings.map(({ code, text, evidence, informational }) => ({
        code: code ?? "",
        text: text ?? "",
        evidence: evidence ?? "",
        informational: informational ?? false,
      })),
    },
  };
  return fromJson(RunSchema, json, { ignoreUnknownFields: true });
}

export class CliLines {
  private name = "";
  private result?: Run;
  private readonly variables: JsonValue[] = [];
  private width = -1;
  private readonly events: JsonValue[] = [];
  private readonly maker: BatchMaker;

  constructor(private readonly trace: Trace) {
    this.maker = new BatchMaker((batch) => this.trace.append(batch));
  }

  line(text: string): void {
    const value = JSON.parse(text) as JsonValue;
    if (!isObject(value)) throw new Error("expected an object");
    if ("iteration" in value && "value" in value) this.iterate(value);
    else if (value["result"] === true) this.result = runOf(value);
    else if (value["event"] === "state") this.name = String(value["run"] ?? "");
    else if ("event" in value && "iteration" in value) this.events.push({ iteration: value["iteration"] ?? 0, code: value["event"] ?? "", text: value["text"] ?? "" });
    else if (!("event" in value)) throw new Error('expected an iterate, an event or a result of "thalweg ... --json"');
  }

  private iterate(value: JsonObject): void {
    const x: number[] = [];
    for (const [name, part] of Object.entries(isObject(value["x"]) ? value["x"] : {})) {
      const { shape, values } = arrayOf(part, `x.${name}`);
      if (this.width < 0) this.variables.push({ name, shape });
      x.push(...values);
    }
    if (this.width < 0) this.width = x.length;
    if (x.length !== this.width) throw new Error(`x has ${x.length} numbers, those before have ${this.width}`);
    const names = Array.isArray(value["flags"]) ? value["flags"] : [];
    const iteration = toNumber(value["iteration"], "iteration");
    if (!Number.isSafeInteger(iteration)) throw new Error("iteration: expected a whole number");
    this.maker.add(
      {
        iteration,
        value: toNumber(value["value"], "value"),
        bestValue: toNumber(value["best_value"], "best_value"),
        gradientNorm: toNumber(value["gradient_norm"], "gradient_norm"),
        gradientMax: NaN,
        stepNorm: toNumber(value["step_norm"] ?? 0, "step_norm"),
        learningRate: toNumber(value["learning_rate"] ?? 0, "learning_rate"),
        trials: toNumber(value["trials"] ?? 0, "trials"),
        violation: toNumber(value["violation"] ?? 0, "violation"),
        epoch: toNumber(value["epoch"] ?? 0, "epoch"),
        trainingValue: toNumber(value["training_value"], "training_value"),
        validationValue: toNumber(value["validation_value"], "validation_value"),
        flags: names.reduce<number>((sum, name) => sum | (kFlags[String(name)] ?? 0), 0),
      },
      x,
    );
  }

  end(): Run {
    this.maker.flush();
    const known = fromJson(RunSchema, { variables: this.variables, events: this.events }, { ignoreUnknownFields: true });
    if (this.result) {
      this.result.variables = known.variables;
      return this.result;
    }
    const last = this.trace.length - 1;
    const run = create(RunSchema, { name: this.name, state: RunState.UNSPECIFIED, variables: known.variables, events: known.events });
    if (last < 0) return run;
    run.iteration = BigInt(this.trace.last);
    run.value = this.trace.at("value", last);
    run.bestValue = this.trace.at("bestValue", last);
    run.gradientNorm = this.trace.at("gradientNorm", last);
    return run;
  }
}
