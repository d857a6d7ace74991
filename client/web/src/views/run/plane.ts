// Which picture of a descent there can be, and which plane of many variables it shows. No DOM.
import type { PictureKind } from "../../pictures/props";

/** Pictures of a function of `size` coordinates. */
function kindsFor(size: number): PictureKind[] {
  return size <= 1 ? ["curve"] : ["contours", "surface"];
}

export const kindOf = (text: string | null, size: number): PictureKind => {
  const kinds = kindsFor(size);
  return kinds.find((kind) => kind === text) ?? (kinds[0] as PictureKind);
};

/** "path", "gradient" or "i,j" with two different coordinates below `size`; "path" for anything else. */
export function planeOf(text: string | null, size: number): string {
  if (text === "gradient") return text;
  const pair = pairOf(text);
  return pair && pair[0] !== pair[1] && Math.max(...pair) < size ? `${pair[0]},${pair[1]}` : "path";
}

/** The two coordinates of "i,j". */
function pairOf(text: string | null): [number, number] | undefined {
  const match = /^(\d+),(\d+)$/.exec(text ?? "");
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}
