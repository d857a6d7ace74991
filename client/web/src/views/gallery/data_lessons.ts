// Lessons from data: which table, which model, how it is learnt, and what to look for. One row each. No DOM.
import type { PlainPart } from "../../wire/parts";
import { type FitDraft, kEmptyFit } from "../fit/draft";
import type { TableName } from "./tables";

export interface DataVariant {
  title: string;
  draft: Partial<FitDraft>;
}

export interface DataLesson {
  id: string;
  title: string;
  look: string;
  table: TableName;
  /** What its variants have in common. */
  draft: Partial<FitDraft>;
  variants: DataVariant[];
  /** All variants at once, as a study over the one part that they differ in. */
  together?: { title: string; path: "batches" | "optimizer" };
}

const part = (kind: string, settings: PlainPart["settings"] = {}): PlainPart => ({ kind, settings });
const descent = (learning_rate: number): PlainPart => part("gradient_descent", { learning_rate });
const iterations = (threshold: number): PlainPart => part("iterations", { threshold });
const epochs = (threshold: number): PlainPart => part("epochs", { threshold });

export const kDataLessons: DataLesson[] = [
  {
    id: "mini-batches",
    title: "The noise of mini-batches",
    look: "The loss of a line is a valley. With all rows each step leads straight down it, but a pass over the table buys one step only. Batches of 16 wander and are there first; single rows rush ahead and never settle.",
    table: "line",
    draft: {
      target: "y",
      scaling: "none",
      start: { coef: "-1,", intercept: "4.5" },
      optimizer: descent(0.1),
      stopping: [epochs(30)],
      seed: "1",
    },
    variants: [
      { title: "All rows", draft: { pace: "6" } },
      { title: "Batches of 16", draft: { batches: part("shuffled", { size: 16 }), pace: "60" } },
      { title: "Single rows", draft: { batches: part("shuffled", { size: 1 }), pace: "600" } },
    ],
    together: { title: "All three on one surface", path: "batches" },
  },
  {
    id: "fit-rate",
    title: "The rate of a fit",
    look: "A line is turned towards its points. A small rate creeps, a good one glides in, a large one swings from side to side, and one larger still swings further each time.",
    table: "line",
    draft: { target: "y", pace: "8", start: { coef: "-2,", intercept: "0" }, stopping: [part("gradient_norm", { threshold: 1e-3 }), iterations(100)] },
    variants: [
      { title: "Too small: 0.01", draft: { optimizer: descent(0.01) } },
      { title: "Good: 0.2", draft: { optimizer: descent(0.2) } },
      { title: "Too large: 0.95", draft: { optimizer: descent(0.95) } },
      { title: "Diverges: 1.05", draft: { optimizer: descent(1.05) } },
    ],
    together: { title: "All four rates", path: "optimizer" },
  },
  {
    id: "scaled-features",
    title: "Features that were not scaled",
    look: "One feature’s numbers are eight times as large as the other’s: the loss becomes a ravine, and the rate that its walls bear is far too small for its floor. Scaled, the ravine is a bowl.",
    table: "units",
    draft: {
      target: "price",
      model: part("linear", { intercept: false }),
      pace: "8",
      start: { coef: "-2, -1" },
      stopping: [part("gradient_norm", { threshold: 1e-2 }), iterations(150)],
    },
    variants: [
      { title: "As they are: 0.014", draft: { scaling: "none", optimizer: descent(0.014) } },
      { title: "As they are: 0.3", draft: { scaling: "none", optimizer: descent(0.3) } },
      { title: "Scaled: 0.3", draft: { optimizer: descent(0.3) } },
    ],
  },
  {
    id: "over-fitting",
    title: "Learnt by heart",
    look: "Few rows, much noise. A straight line cannot follow the wave. A polynomial of degree 10 goes through every row that it learns from and swings wildly between them: training falls, validation turns. Stopped where validation was best, it has the wave.",
    table: "wave",
    draft: {
      target: "y",
      validation: "0.4",
      splitSeed: "1",
      optimizer: part("lbfgs"),
      pace: "10",
    },
    variants: [
      { title: "Too stiff: a line", draft: { stopping: [iterations(60)] } },
      { title: "By heart: degree 10", draft: { model: part("linear", { degree: 10 }), stopping: [iterations(400)], pace: "25" } },
      {
        title: "Stopped by validation",
        draft: { model: part("linear", { degree: 10 }), stopping: [part("validation", { patience: 25 }), iterations(400)], pace: "25" },
      },
    ],
  },
  {
    id: "vanishing",
    title: "Layers that stop learning",
    look: "Four hidden layers. Through each sigmoid the gradient shrinks to a quarter at most, so almost none reaches the first: see its curve far below the others, and a boundary that does not move. Tanh and rectified units let it through.",
    table: "moons",
    draft: { target: "crescent", optimizer: descent(0.5), stopping: [epochs(300)], seed: "2", pace: "40" },
    variants: [
      { title: "Sigmoid", draft: { model: part("mlp", { layers: [8, 8, 8, 8], activation: "sigmoid" }) } },
      { title: "Tanh", draft: { model: part("mlp", { layers: [8, 8, 8, 8], activation: "tanh" }) } },
      { title: "Rectified", draft: { model: part("mlp", { layers: [8, 8, 8, 8], activation: "relu" }) } },
    ],
  },
  {
    id: "boundary",
    title: "A boundary that bends",
    look: "Two crescents. The probability of logistic regression changes along a straight line, so some of each are always on the wrong side. Squares and cubes of the features bend the line; a small network bends it as it needs.",
    table: "moons",
    draft: { target: "crescent", model: part("logistic"), pace: "15" },
    variants: [
      { title: "Straight", draft: { optimizer: descent(1), stopping: [iterations(120)] } },
      { title: "Degree 3", draft: { model: part("logistic", { degree: 3 }), optimizer: part("adam", { learning_rate: 0.1 }), stopping: [iterations(200)] } },
      {
        title: "A network",
        draft: {
          model: part("mlp", { layers: [12], activation: "tanh" }),
          batches: part("shuffled", { size: 24 }),
          optimizer: part("adam", { learning_rate: 0.03 }),
          stopping: [epochs(40)],
          seed: "1",
          pace: "40",
        },
      },
    ],
  },
];

/** The form of one variant, whole, for a table that the server has. */
export const fitOf = (lesson: DataLesson, variant: DataVariant, dataset: string): FitDraft => ({
  ...kEmptyFit,
  dataset,
  displayName: `${lesson.title}: ${variant.title}`,
  labels: `lesson=${lesson.id}`,
  ...lesson.draft,
  ...variant.draft,
});
