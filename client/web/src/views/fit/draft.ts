// A fit that is being thought up: what the form holds, as people typed it.
import type { Texts } from "../../parts/point_text";
import type { PlainPart } from "../../wire/parts";

export type Scaling = "" | "none" | "standard" | "min_max" | "robust";
export type Missing = "" | "refuse" | "drop" | "fill";

export interface FitDraft {
  /** Its id: "s0123". */
  dataset: string;
  target: string;
  /** None: all columns but the target and the weights. */
  features: string[];
  /** Column of the rows' weights; "": all weigh the same. */
  weights: string;
  model: PlainPart;
  /** kind "": the model's usual one. */
  loss: PlainPart;
  /** kind "": none. */
  penalty: PlainPart;
  scaling: Scaling;
  missing: Missing;
  /** Shares of the rows; "": none. */
  validation: string;
  test: string;
  splitSeed: string;
  inOrder: boolean;
  sum: boolean;
  /** Where it begins, by name of the unknowns; "": where the model begins. */
  start: Texts;
  batches: PlainPart;
  /** Other ways of choosing rows, to be compared with. */
  rivals: PlainPart[];
  /** Other optimizers, likewise: each with every way of choosing rows. */
  optimizers: PlainPart[];
  optimizer: PlainPart;
  stopping: PlainPart[];
  seed: string;
  /** Iterations a second; "" and "0": as fast as possible. */
  pace: string;
  displayName: string;
  labels: string;
}

export const kEmptyFit: FitDraft = {
  dataset: "",
  target: "",
  features: [],
  weights: "",
  model: { kind: "linear" },
  loss: { kind: "" },
  penalty: { kind: "" },
  scaling: "",
  missing: "",
  validation: "",
  test: "",
  splitSeed: "",
  inOrder: false,
  sum: false,
  start: {},
  batches: { kind: "full" },
  rivals: [],
  optimizers: [],
  optimizer: { kind: "gradient_descent", settings: { learning_rate: 0.1 } },
  stopping: [],
  seed: "",
  pace: "",
  displayName: "",
  labels: "",
};
