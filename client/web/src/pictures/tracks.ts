// The paths of a picture on its plane. No DOM.
import { isBatched } from "../trace/batched";
import { type Landscape, valueAt } from "./landscape";
import { type Track, trackOf } from "./projection";
import type { PathOnPicture } from "./props";

/** Where steps see some of the rows, the value of an iterate is noise: its place is on the surface all the same. */
export const tracksOf = (paths: PathOnPicture[], landscape: Landscape): Track[] =>
  paths.map(({ model }) =>
    trackOf(model.trace, landscape, isBatched(model.run.value) ? (u, v) => valueAt(landscape, u, v) : undefined),
  );
