// A run that is being thought up: what the form holds, as people typed it.
import type { Texts } from "../../parts/point_text";
import type { PlainPart } from "../../wire/parts";

export interface Draft {
  /** A formula, or a test function by its name. */
  formula: string;
  /** "" where the formula counts. */
  testFunction: string;
  /** Of a test function; "": its usual one. */
  dimension: string;
  maximise: boolean;
  /** Numbers by name, as text. */
  parameters: Texts;
  /** "number", "3" or "2x3" by unknown; left out: as the start or the formula shows. */
  shapes: Texts;
  start: Texts;
  lower: Texts;
  upper: Texts;
  constraints: string[];
  /** How far a constraint may be missed; "": the server's default. */
  tolerance: string;
  optimizer: PlainPart;
  /** Others to race against. */
  rivals: PlainPart[];
  stopping: PlainPart[];
  seed: string;
  /** Iterations a second; "0": as fast as possible; "": what suits the objective. */
  pace: string;
  displayName: string;
  /** "lesson=ravine, try=2". */
  labels: string;
}

export const kEmptyDraft: Draft = {
  formula: "",
  testFunction: "",
  dimension: "",
  maximise: false,
  parameters: {},
  shapes: {},
  start: {},
  lower: {},
  upper: {},
  constraints: [],
  tolerance: "",
  optimizer: { kind: "gradient_descent", settings: { learning_rate: 0.1 } },
  rivals: [],
  stopping: [],
  seed: "",
  pace: "",
  displayName: "",
  labels: "",
};

/** What the form shows first. */
export const kFirstDraft: Draft = { ...kEmptyDraft, formula: "(x-2.5)**2 - 1", start: { x: "-2" } };
