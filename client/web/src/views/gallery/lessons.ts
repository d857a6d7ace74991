// The classic lessons: what is descended, from where, how, and what to look for. One row each.
import type { PlainPart } from "../../wire/parts";
import { type Draft, kEmptyDraft } from "../new_run/draft";

export interface Variant {
  title: string;
  draft: Partial<Draft>;
}

export interface Lesson {
  id: string;
  title: string;
  /** What to look for. */
  look: string;
  /** What its variants have in common, its pace included. */
  draft: Partial<Draft>;
  variants: Variant[];
  /** All variants at once: what is on the button. */
  together?: string;
  /** What is drawn: [from, to] by axis. */
  box: [number, number][];
}

const part = (kind: string, settings: PlainPart["settings"] = {}): PlainPart => ({ kind, settings });
const descent = (learning_rate: number | PlainPart): PlainPart => part("gradient_descent", { learning_rate });
const after = (threshold: number): PlainPart => part("iterations", { threshold });
const gradient = (threshold: number): PlainPart => part("gradient_norm", { threshold });

export const kLessons: Lesson[] = [
  {
    id: "learning-rate",
    title: "The learning rate",
    look: "One bowl, four rates: a small one creeps, a good one glides in, a large one jumps from wall to wall, and one larger still climbs out.",
    draft: { formula: "(x-2.5)**2 - 1", start: { x: "-2" }, pace: "8", stopping: [gradient(1e-3), after(120)] },
    variants: [
      { title: "Too small: 0.02", draft: { optimizer: descent(0.02) } },
      { title: "Good: 0.3", draft: { optimizer: descent(0.3) } },
      { title: "Too large: 0.95", draft: { optimizer: descent(0.95) } },
      { title: "Diverges: 1.1", draft: { optimizer: descent(1.1) } },
    ],
    together: "All four at once",
    box: [[-3.5, 8.5]],
  },
  {
    id: "ravine",
    title: "A ravine, and momentum",
    look: "Plain descent zigzags between steep walls while the floor hardly slopes. Momentum adds the small steps along the floor up and lets those across cancel.",
    draft: {
      formula: "0.5*x**2 + 12*y**2",
      start: { x: "-9", y: "1.5" },
      pace: "12",
      stopping: [gradient(1e-2), after(300)],
    },
    variants: [
      { title: "Plain", draft: { optimizer: descent(0.08) } },
      { title: "Momentum", draft: { optimizer: part("momentum", { learning_rate: 0.1, momentum: 0.45 }) } },
    ],
    together: "Side by side",
    box: [[-10, 4], [-4, 4]],
  },
  {
    id: "saddle",
    title: "A saddle",
    look: "Exactly on the ridge the gradient leads to the saddle and ends there. A hair beside it, the path waits long at the saddle before it falls off. A method that sees curvature leaves at once.",
    draft: {
      formula: "x**2 - y**2 + y**4/4",
      start: { x: "2", y: "0" },
      pace: "8",
      optimizer: descent(0.1),
      stopping: [gradient(1e-4), after(300)],
    },
    variants: [
      { title: "On the ridge", draft: {} },
      { title: "A hair beside it", draft: { start: { x: "2", y: "1e-3" } } },
      { title: "Escape by curvature", draft: { optimizer: part("escape_saddles") } },
    ],
    box: [[-2.5, 2.5], [-2.2, 2.2]],
  },
  {
    id: "plateau",
    title: "A plateau",
    look: "Far from the hollow the gradient is almost nothing, and so are the steps of plain descent. Adam’s steps have the length of its rate, however flat the ground.",
    draft: { testFunction: "plateau", start: { x: "4, 3" }, pace: "12", stopping: [gradient(1e-3), after(250)] },
    variants: [
      { title: "Plain", draft: { optimizer: descent(0.3) } },
      { title: "Adam", draft: { optimizer: part("adam", { learning_rate: 0.15 }) } },
    ],
    together: "Side by side",
    box: [[-6, 6], [-6, 6]],
  },
  {
    id: "local-minima",
    title: "Local minima",
    look: "The start decides which trough is found; downhill never leads over a crest. Many starts spread over the box find the deepest.",
    draft: {
      formula: "x*cos(0.15*pi*x)",
      start: { x: "2" },
      optimizer: descent(0.2),
      pace: "8",
      stopping: [gradient(1e-3), after(100)],
    },
    variants: [
      { title: "From 2", draft: {} },
      { title: "From −1", draft: { start: { x: "-1" } } },
      { title: "From −8", draft: { start: { x: "-8" } } },
      {
        title: "Many starts",
        draft: {
          lower: { x: "-16" },
          upper: { x: "16" },
          optimizer: part("multi_start", { starts: 8 }),
          seed: "1",
          stopping: [after(200)],
        },
      },
    ],
    box: [[-16, 16]],
  },
  {
    id: "rosenbrock",
    title: "A race down Rosenbrock’s valley",
    look: "Into the curved valley is easy, along it is not. BFGS learns the curvature and is through in a few dozen steps; Nelder–Mead manages without a gradient; Adam follows the bend; plain descent is still there long after.",
    draft: {
      testFunction: "rosenbrock",
      start: { x: "-1.2, 1" },
      pace: "15",
      stopping: [part("target_value", { threshold: 1e-6 }), after(500)],
    },
    variants: [
      { title: "Plain", draft: { optimizer: descent(0.001) } },
      { title: "Adam", draft: { optimizer: part("adam", { learning_rate: 0.05 }) } },
      { title: "Nelder–Mead", draft: { optimizer: part("nelder_mead", { initial_step: 0.5 }) } },
      { title: "BFGS", draft: { optimizer: part("bfgs") } },
    ],
    together: "Race them",
    box: [[-1.8, 1.8], [-0.8, 2.4]],
  },
  {
    id: "himmelblau",
    title: "Four minima",
    look: "Himmelblau’s function has four equally deep minima. Neighbouring starts around the hill in the middle end in different ones.",
    draft: {
      testFunction: "himmelblau",
      optimizer: descent(0.008),
      pace: "10",
      stopping: [gradient(1e-2), after(200)],
    },
    variants: [
      { title: "North-east", draft: { start: { x: "0", y: "0" } } },
      { title: "North-west", draft: { start: { x: "-1", y: "0.5" } } },
      { title: "South-west", draft: { start: { x: "-1", y: "-1.5" } } },
      { title: "South-east", draft: { start: { x: "0.5", y: "-1.5" } } },
    ],
    together: "All four",
    box: [[-5, 5], [-5, 5]],
  },
  {
    id: "kink",
    title: "A kink",
    look: "At the bend of |x| the gradient does not fade, so steps of one length hop across it for ever. Shorter and shorter steps settle, and Polyak’s, which knows the value to reach, lands on it.",
    draft: { formula: "abs(x)", start: { x: "-3.1" }, pace: "8", stopping: [after(80)] },
    variants: [
      { title: "Constant rate", draft: { optimizer: descent(0.4) } },
      { title: "Falling rate", draft: { optimizer: descent(part("exponential", { initial: 0.4, factor: 0.93 })) } },
      {
        title: "Polyak’s step",
        draft: { optimizer: part("polyak", { estimate: false, f_star: 0 }), stopping: [part("target_value", { threshold: 1e-9 }), after(80)] },
      },
    ],
    box: [[-4, 4]],
  },
  {
    id: "schedules",
    title: "Schedules",
    look: "Far away a large rate is welcome, near the bottom only a small one settles. A cosine goes from one to the other; warm restarts kick the path away several times, to see whether it comes back.",
    draft: {
      formula: "sqrt(1 + 25*x**2) + 4*sqrt(1 + 25*y**2)",
      start: { x: "-2.6", y: "1.1" },
      pace: "12",
      stopping: [after(120)],
    },
    variants: [
      { title: "Constant", draft: { optimizer: descent(0.06) } },
      { title: "Cosine", draft: { optimizer: descent(part("cosine", { initial: 0.06, steps: 120 })) } },
      { title: "Warm restarts", draft: { optimizer: descent(part("warm_restarts", { initial: 0.06, period: 40 })) } },
    ],
    together: "Compare",
    box: [[-3, 3], [-2, 2]],
  },
  {
    id: "rastrigin",
    title: "Rastrigin’s egg box",
    look: "BFGS drops into the nearest of a hundred hollows. CMA-ES throws a cloud of points over many of them and sees the bowl behind the ripple.",
    draft: { testFunction: "rastrigin", start: { x: "3.3, -2.4" }, pace: "6", seed: "3" },
    variants: [
      { title: "BFGS", draft: { optimizer: part("bfgs"), stopping: [gradient(1e-4)] } },
      {
        title: "CMA-ES",
        draft: {
          optimizer: part("cma_es", { sigma: 2.5, population: 24 }),
          stopping: [part("target_value", { threshold: 1e-6 }), after(150)],
        },
      },
    ],
    box: [[-5.12, 5.12], [-5.12, 5.12]],
  },
  {
    id: "constraint",
    title: "A constraint",
    look: "The lowest point allowed is on the edge of the disc, where the slope leads straight out of it.",
    draft: {
      formula: "(x - 2)**2 + (y - 1)**2",
      constraints: ["x**2 + y**2 <= 1"],
      start: { x: "-0.8", y: "-0.3" },
      pace: "2",
    },
    variants: [
      { title: "Sequential quadratic programming", draft: { optimizer: part("sqp") } },
      { title: "Augmented Lagrangian", draft: { optimizer: part("augmented_lagrangian"), pace: "6" } },
    ],
    box: [[-1.6, 2.8], [-1.4, 2]],
  },
  {
    id: "newton",
    title: "Knowing the curvature",
    look: "Plain descent sees the slope alone. Newton’s method sees how the slope turns: on a quadratic it is there in one step, here in a handful.",
    draft: {
      formula: "exp(x + 3*y - 0.1) + exp(x - 3*y - 0.1) + exp(-x - 0.1)",
      start: { x: "-1.6", y: "0.9" },
      pace: "4",
      stopping: [gradient(1e-6), after(200)],
    },
    variants: [
      { title: "Plain", draft: { optimizer: descent(0.05), pace: "12" } },
      { title: "Newton", draft: { optimizer: part("newton_trust_region") } },
    ],
    together: "Side by side",
    box: [[-2.2, 1], [-1.2, 1.2]],
  },
];

/** The form of one variant, whole. */
export const draftOf = (lesson: Lesson, variant: Variant): Draft => ({
  ...kEmptyDraft,
  displayName: `${lesson.title}: ${variant.title}`,
  labels: `lesson=${lesson.id}`,
  ...lesson.draft,
  ...variant.draft,
});

/** What “Descend something” starts, in turn. */
export const kHeroes: { lesson: string; variant: string }[] = [
  { lesson: "himmelblau", variant: "North-east" },
  { lesson: "ravine", variant: "Plain" },
  { lesson: "rosenbrock", variant: "Adam" },
  { lesson: "local-minima", variant: "From 2" },
  { lesson: "learning-rate", variant: "Too large: 0.95" },
  { lesson: "schedules", variant: "Cosine" },
];
