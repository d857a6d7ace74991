// Which picture of a descent a link asks for. No DOM.
import type { PictureKind } from "../../pictures/props";

export const kindOf = (text: string | null): PictureKind => (text === "contours" || text === "surface" ? text : "auto");

/** "path", "gradient" or "i,j" with two different coordinates below `size`; undefined for anything else. */
export function planeOf(text: string | null, size: number): string | undefined {
  if (text === "path" || text === "gradient") return text;
  const [i, j] = /^(\d+),(\d+)$/.exec(text ?? "")?.slice(1).map(Number) ?? [];
  if (i === undefined || j === undefined || i === j || Math.max(i, j) >= size) return undefined;
  return `${i},${j}`;
}
