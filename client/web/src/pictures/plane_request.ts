// What is asked of the server for a picture.
import { create } from "@bufbuild/protobuf";
import { type SampleLandscapeRequest, SampleLandscapeRequestSchema } from "../../gen/thalweg/v1/objective_service_pb";
import type { Point } from "../../gen/thalweg/v1/values_pb";
import { type Shaped, size, toPoint } from "../trace/layout";
import type { Box } from "./box";
import type { Landscape } from "./landscape";
import type { PlaneText, Subject } from "./props";

export interface Question {
  subject: Subject;
  variables: Shaped[];
  plane: PlaneText;
  /** A curve. */
  line: boolean;
  /** undefined: where the server finds it best. */
  box?: Box | undefined;
  /** How many numbers along each axis. */
  counts: [u: number, v: number];
  /** The point that the plane goes through. undefined: where the server finds it best. */
  origin?: Point | undefined;
  /** The very plane that was asked for before: that of a run's path turns while the run goes on. */
  same?: Landscape | undefined;
}

/** "0,3": [0, 3]; undefined for a plane that is not of coordinates. */
export function coordinatesOf(plane: PlaneText): number[] | undefined {
  return /^\d+(,\d+)?$/.test(plane) ? plane.split(",").map(Number) : undefined;
}

/** `wanted` where n variables have such a plane; else the one that suits them. */
export function planeFor(n: number, subject: Subject, wanted: PlaneText | undefined): PlaneText {
  if (n <= 1) return "0";
  if (n === 2) return "0,1";
  const [u, v] = coordinatesOf(wanted ?? "") ?? [];
  const there = u !== undefined && v !== undefined && u !== v && Math.max(u, v) < n;
  if (wanted && (there || wanted === "gradient" || (wanted === "path" && subject.case === "run"))) return wanted;
  return subject.case === "run" ? "path" : "0,1";
}

function planeOf({ plane, line, variables, same }: Question): SampleLandscapeRequest["plane"] {
  const [u, v] = coordinatesOf(plane) ?? [];
  if (u === undefined && same) {
    const point = (direction: Float64Array | undefined) => (direction ? { v: toPoint(variables, direction) } : {});
    const through = { u: toPoint(variables, same.uDirection), ...point(same.vDirection) };
    return { case: "directions", value: { $typeName: "thalweg.v1.DirectionPlane", ...through } };
  }
  if (u !== undefined) {
    const through = { $typeName: "thalweg.v1.CoordinatePlane" as const, u: BigInt(u) };
    return { case: "coordinates", value: line || v === undefined ? through : { ...through, v: BigInt(v) } };
  }
  if (plane === "gradient") return { case: "gradient", value: { $typeName: "thalweg.v1.GradientPlane" } };
  return { case: "path", value: { $typeName: "thalweg.v1.PathPlane" } };
}

/** The origin says names and shapes too; where the plane covers all coordinates any will do. */
function originOf({ subject, variables, origin, plane, same }: Question): Point | undefined {
  const n = size(variables);
  if (same && !coordinatesOf(plane)) return toPoint(variables, same.origin);
  if (subject.case === "run") return undefined;
  return n > 2 ? origin : toPoint(variables, new Float64Array(n));
}

export function requestOf(question: Question): SampleLandscapeRequest {
  const { subject, box, counts, line } = question;
  const range = ([from, to] = [0, 0], count: number) => ({ from, to, count: BigInt(count) });
  const origin = originOf(question);
  return create(SampleLandscapeRequestSchema, {
    of: subject,
    plane: planeOf(question),
    u: range(box?.u, counts[0]),
    ...(line ? {} : { v: range(box?.v, counts[1]) }),
    ...(origin ? { origin } : {}),
  });
}
