// What a picture is called: "x*cos(0.15*pi*x), rate 0.1, 23 iterations".
import type { Objective } from "../../gen/thalweg/v1/objective_pb";
import type { Run } from "../../gen/thalweg/v1/run_pb";
import { count, number } from "../app/format";
import type { Trace } from "../trace/trace";
import { sourceText } from "../wire/model_text";
import { settingText } from "../wire/parts";

export function objectiveText(objective: Objective | undefined): string {
  return !objective ? "" : sourceText(objective).replace(/\s+/g, " ").trim();
}

/** "rate 0.1": as it was set, or as the steps had it: "rate 1 to 0.05". Empty where nothing says. */
export function rateText(run: Run | undefined, trace: Trace): string {
  const setting = run?.optimizer?.settings.learning_rate;
  if (setting) return `rate ${settingText(setting)}`;
  const rates = trace.column("learningRate");
  if (!rates[1]) return "";
  const first = number(rates[1], 3);
  const last = number(rates[rates.length - 1] as number, 3);
  return first === last ? `rate ${first}` : `rate ${first} to ${last}`;
}

export function iterationsText(trace: Trace, cursor: number | undefined): string {
  if (trace.length === 0) return "";
  const { last } = trace;
  if (cursor !== undefined && cursor < last) return `iteration ${count(Math.max(0, cursor))} of ${count(last)}`;
  return last === 1 ? "1 iteration" : `${count(last)} iterations`;
}

/** Cut in the middle to about `width` pixels of letters `letter` pixels wide. */
export function fitted(text: string, width: number, letter: number): string {
  const room = Math.max(8, Math.floor(width / letter));
  if (text.length <= room) return text;
  const tail = Math.floor(room / 3);
  return `${text.slice(0, room - tail - 1)}…${text.slice(text.length - tail)}`;
}
