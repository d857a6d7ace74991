import type { PictureProps } from "./props";

/** The picture that suits `kind`: a curve, contours or a surface, with the paths of descents. */
export function Picture(_: PictureProps) {
  return null;
}
