// What a picture of a descent is given.
import type { ReadonlySignal } from "@preact/signals";
import type { Objective } from "../../gen/thalweg/v1/objective_pb";
import type { Point, Variable } from "../../gen/thalweg/v1/values_pb";
import type { RunModel } from "../trace/run_model";

/** The function that is drawn: that of a run, or one by itself. */
export type Subject = { case: "run"; value: string } | { case: "objective"; value: Objective };

/** curve: one variable; contours, surface: a plane of them. auto: what suits the number of variables. */
export type PictureKind = "auto" | "curve" | "contours" | "surface";

/** Which plane of more than two variables: "path", "gradient", or two coordinates "0,3". */
export type PlaneText = string;

export interface PathOnPicture {
  model: RunModel;
  title: string;
  /** Index of its colour, theme.series; undefined for a single path. */
  series?: number;
  /** Playback of this path by itself, in place of the picture's. */
  cursor?: ReadonlySignal<number | undefined>;
}

export interface PictureProps {
  subject: Subject;
  /** In the order of x. */
  variables: Pick<Variable, "name" | "shape">[];
  kind: PictureKind;
  plane?: PlaneText;
  /** Given, the picture has a chooser of kinds; what is chosen comes back as `kind`. */
  onKind?: (kind: PictureKind) => void;
  /** Likewise of planes, where there are more than two coordinates. */
  onPlane?: (plane: PlaneText) => void;
  /** Several where methods race. */
  paths: PathOnPicture[];
  /** Playback: only iterates up to this iteration are drawn. undefined: all. */
  cursor?: ReadonlySignal<number | undefined>;
  /** Draws a start that can be dragged, or moved with the arrow keys. */
  start?: Point;
  onStart?: (start: Point) => void;
  /** Default: the objective, its learning rate, the number of iterations. */
  title?: string;
  /** Given the function that exports the picture, for the buttons of a view. */
  onExporter?: (exporter: Exporter) => void;
}

export interface Exporter {
  png(): Promise<Blob>;
  svg(): Promise<Blob>;
}
