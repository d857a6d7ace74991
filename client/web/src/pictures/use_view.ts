// Which window of which plane is shown, and its landscape: asked for again where the person zooms or moves it,
// or where a path has left it.
import { toBinary } from "@bufbuild/protobuf";
import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Direction, ObjectiveSchema } from "../../gen/thalweg/v1/objective_pb";
import type { Run } from "../../gen/thalweg/v1/run_pb";
import type { Point } from "../../gen/thalweg/v1/values_pb";
import { coordinateName, type Shaped, size } from "../trace/layout";
import { isOver } from "../trace/run_model";
import type { Problem } from "../wire/problem";
import { type Box, equalAspect, fills, isInside, outside, pathBox, union, withMargin } from "./box";
import type { Landscape } from "./landscape";
import { coordinatesOf, type Question } from "./plane_request";
import { trackOf } from "./projection";
import type { PathOnPicture, PlaneText, Subject } from "./props";
import { useLandscape } from "./use_landscape";

const kStillMs = 160; // a gesture is over when nothing has moved for so long
const kFollowMs = 300; // how often a live path may move the window
const kSurroundings = { line: 0.6, plane: 0.3 }; // of a path's extent, that are shown around it
const kEqualUpTo = 3; // ratio of the sides up to which units are made equally long

export interface View {
  box: Box;
  landscape: Landscape;
  /** The landscape has no values: only the paths can be drawn. */
  bare: boolean;
}

export interface ViewAndMore {
  view: View | undefined;
  problem: Problem | undefined;
  /** Whether a person chose the window. */
  chosen: boolean;
  show(box: Box): void;
  /** Back to the window that shows the paths and where the function lives. */
  fit(): void;
  /** The window of the paths alone, units as long as they come. undefined: there is none. */
  fitPath: (() => void) | undefined;
}

interface Asked {
  box?: Box;
  same?: Landscape;
  /** When, in iterations: the answer depends on how far the run is. */
  moment: string;
}

/** A plane of coordinates without values, for paths where the landscape cannot be had. */
function barePlane(variables: Shaped[], plane: PlaneText, line: boolean): Landscape {
  const n = size(variables);
  const [u = 0, v = 1] = coordinatesOf(plane) ?? [];
  const unit = (k: number) => new Float64Array(n).map((_, i) => (i === k ? 1 : 0));
  const range = { from: -1, to: 1, count: 2 };
  const up = line ? {} : { v: range, vDirection: unit(v) };
  const names = { uName: coordinateName(variables, u), vName: line ? "" : coordinateName(variables, v) };
  return { values: [], u: range, ...names, origin: new Float64Array(n), uDirection: unit(u), ...up };
}

const boxOf = ({ u, v }: Landscape): Box => ({ u: [u.from, u.to], v: v ? [v.from, v.to] : [0, 0] });

interface Walked {
  /** Around what is worth a window of all paths. */
  box: Box;
  /** Whether some iterates are far outside. */
  cut: boolean;
}

function walked(paths: PathOnPicture[], plane: Landscape): Walked | undefined {
  let all: Walked | undefined;
  for (const { model } of paths) {
    const track = trackOf(model.trace, plane);
    const box = pathBox(track, model.run.peek()?.objective?.direction === Direction.MAXIMIZE);
    if (!box) continue;
    const cut = outside(track, box, track.length) > 0;
    all = all ? { box: union(all.box, box), cut: all.cut || cut } : { box, cut };
  }
  return all;
}

/** The same window with units of equal length, unless it is of very different sides. */
function shaped(box: Box, line: boolean, width: number, height: number): Box {
  const ratio = (box.u[1] - box.u[0]) / (box.v[1] - box.v[0]);
  return !line && ratio < kEqualUpTo && ratio > 1 / kEqualUpTo ? equalAspect(box, width, height) : box;
}

/** The window that shows the landscape as it was sent and the paths; of a diverging path its beginning. */
function fittingBox(landscape: Landscape, bare: boolean, paths: PathOnPicture[], width: number, height: number): Box {
  const sent = boxOf(landscape);
  const path = walked(paths, landscape);
  const line = !landscape.v;
  if (!path) return shaped(sent, line, width, height);
  if (path.cut) return shaped(withMargin(path.box), line, width, height);
  const roomy = withMargin(path.box, line ? kSurroundings.line : kSurroundings.plane);
  return shaped(bare ? roomy : union(sent, roomy), line, width, height);
}

export interface Asking {
  subject: Subject;
  variables: Shaped[];
  plane: PlaneText;
  line: boolean;
  paths: PathOnPicture[];
  origin?: Point | undefined;
  /** Of the plot, in pixels. */
  width: number;
  height: number;
}

export function useView({ subject, variables, plane, line, paths, origin, width, height }: Asking): ViewAndMore {
  const id = useMemo(() => {
    const of = subject.case === "run" ? subject.value : [...toBinary(ObjectiveSchema, subject.value)].join(",");
    return `${of} ${plane} ${line}`;
  }, [subject.case, subject.value, plane, line]);
  const now = () => paths.map(({ model }) => model.trace.last).join(",");
  const [asked, setAsked] = useState<Asked & { id: string }>({ id, moment: now() });
  const [view, setView] = useState<View | undefined>();
  const [chosen, setChosen] = useState(false);
  const still = useRef<ReturnType<typeof setTimeout>>();

  const sizes = (pixels: number, per: number, most: number) => Math.min(most, Math.max(40, 20 * Math.ceil(pixels / per / 20)));
  const counts: [number, number] = line ? [sizes(width, 1, 1000), 2] : [sizes(width, 4, 220), sizes(height, 4, 180)];
  const ready = width > 0 && asked.id === id;
  const question: Question = { subject, variables, plane, line, counts, origin, box: asked.box, same: asked.same };
  const answer = useLandscape(ready ? question : undefined, id, asked.box ? "" : asked.moment);

  // Asks anew: for the window, and for the plane where that is the path's.
  const lately = useRef("");
  const ask = () => {
    lately.current = now();
    setAsked({ id, moment: lately.current });
  };

  useEffect(() => {
    ask();
    setChosen(false);
    return () => clearTimeout(still.current);
  }, [id]);

  // An answer to a question without a window brings one with it.
  useEffect(() => {
    const { landscape, problem } = answer;
    if (problem && !(view && !view.bare && answer.id === id)) {
      const plain = barePlane(variables, plane, line);
      const box = fittingBox(plain, true, paths, width, height);
      setView({ box, landscape: plain, bare: true });
      if (paths.length > 0 && !asked.box && coordinatesOf(plane)) setAsked({ id, box, moment: "" });
      return;
    }
    if (!landscape || answer.id !== id) return;
    const named = asked.same ? { ...landscape, uName: asked.same.uName, vName: asked.same.vName } : landscape;
    if (asked.box) {
      setView((last) => ({ box: last && !last.bare ? last.box : (asked.box as Box), landscape: named, bare: false }));
      return;
    }
    const box = fittingBox(landscape, false, paths, width, height);
    setView({ box, landscape, bare: false });
    if (!fills(box, boxOf(landscape))) setAsked({ id, box, same: landscape, moment: "" });
  }, [answer, id]);

  const show = (box: Box, byPerson = true) => {
    if (!view) return;
    const { landscape, bare } = view;
    setView({ landscape, bare, box });
    if (byPerson) setChosen(true);
    clearTimeout(still.current);
    still.current = setTimeout(
      () => setAsked({ id, box, moment: "", ...(bare ? {} : { same: landscape }) }),
      byPerson ? kStillMs : 0,
    );
  };

  // A live path that walks out of the window takes it along.
  useEffect(() => {
    if (!view || chosen) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer = undefined;
      const { landscape, box, bare } = view;
      const path = walked(paths, landscape);
      const left = path && !isInside(path.box, box);
      const over = paths.every(({ model }) => model.run.peek() && isOver(model.run.peek() as Run));
      // The plane of a path turns as the path goes on: another one where it is left, and at the end.
      if (plane === "path" && !bare && (left || over) && lately.current !== now()) return ask();
      if (!path || !left) return;
      const roomy = withMargin(path.box);
      show(shaped(bare ? roomy : union(box, roomy), line, width, height), false);
    };
    const end = effect(() => {
      for (const { model } of paths) void [model.version.value, model.run.value];
      timer ??= setTimeout(look, kFollowMs);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [view, chosen, paths.length, width, height]);

  const path = view && walked(paths, view.landscape);
  return {
    view,
    problem: answer.problem,
    chosen,
    show,
    fitPath: path && (() => show(withMargin(path.box))),
    fit: () => {
      clearTimeout(still.current);
      setChosen(false);
      ask();
      if (!asked.box && view) {
        setView({ ...view, box: fittingBox(view.landscape, view.bare, paths, width, height) });
      }
    },
  };
}
