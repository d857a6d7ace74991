// What is written above a picture: its title, and what its marks mean.
import type { Objective } from "../../gen/thalweg/v1/objective_pb";
import { count } from "../app/format";
import { type Box, outside } from "./box";
import { type Key, textWidth } from "./frame";
import { crossPath, type Minimum, starPath } from "./marks";
import type { Track } from "./projection";
import type { PathOnPicture, PictureProps } from "./props";
import { fitted, iterationsText, objectiveText, rateText } from "./title";

const kMostKeys = 12;

/** The objective that is drawn: the one given, or that of the first run. */
export function objectiveOf({ subject, paths }: Pick<PictureProps, "subject" | "paths">): Objective | undefined {
  return subject.case === "objective" ? subject.value : paths[0]?.model.run.value?.objective;
}

/** The title of the picture; grows with the iterations. */
export function Title(props: Pick<PictureProps, "subject" | "paths" | "cursor" | "title"> & { room: number }) {
  const text = titleOf(props);
  return <>{fitted(text, props.room, (1.05 * textWidth(text, 15, 600)) / text.length)}</>;
}

export function titleOf(props: Pick<PictureProps, "subject" | "paths" | "cursor" | "title">): string {
  const { paths, cursor } = props;
  const only = paths.length === 1 ? paths[0]?.model : undefined;
  void only?.version.value;
  if (props.title !== undefined) return props.title;
  const what = objectiveText(objectiveOf(props));
  if (!only) return what;
  return [what, rateText(only.run.value, only.trace), iterationsText(only.trace, cursor?.value)].filter(Boolean).join(", ");
}

export function keysOf(paths: PathOnPicture[], tracks: Track[], minima: Minimum[], box: Box): Key[] {
  // Runs of one arm of a study have its key together.
  const several = paths.filter(
    ({ series, title }, i) =>
      series !== undefined && paths.findIndex((other) => other.series === series && other.title === title) === i,
  );
  const keys: Key[] = several
    .slice(0, kMostKeys)
    .map(({ series = 0, title }) => ({
      mark: <path class="swatch" d="M-6 0H6" style={{ stroke: `var(--series-${series % 8})` }} />,
      text: title,
    }));
  if (several.length > kMostKeys) keys.push({ mark: null, text: `and ${several.length - kMostKeys} more` });
  if (tracks.some(({ length }) => length > 0)) {
    keys.push({ mark: <circle class="mark start" r={5} />, text: "start" });
    if (paths.some(({ series }) => series === undefined)) {
      keys.push({ mark: <circle class="mark end" r={5} />, text: "end" });
    }
  }
  if (minima[0]) {
    const { known } = minima[0];
    keys.push({
      mark: <path class={`minimum${known ? " known" : ""}`} d={known ? starPath(7) : crossPath(5)} />,
      text: known ? "known minimum" : "best value seen",
    });
  }
  tracks.slice(0, kMostKeys).forEach((track, i) => {
    const out = outside(track, box, track.length);
    if (out === 0) return;
    const text = `${count(out)} of ${count(track.length)} iterates ${out === 1 ? "is" : "are"} outside`;
    const whose = tracks.length > 1 ? `${paths[i]?.title}: ` : "";
    keys.push({ mark: <path class="warning" d="M0 -5L6 5H-6Z" />, text: whose + text });
  });
  return keys;
}

