// Points as texts by variable, as people type them.
import { create } from "@bufbuild/protobuf";
import { ArraySchema, type Point, PointSchema, type Variable } from "../../gen/thalweg/v1/values_pb";
import { readArray, writeArray } from "./number_text";

export type Shaped = Pick<Variable, "name" | "shape">;
export type Texts = Record<string, string>;

const sizeOf = ({ shape }: Shaped): number => shape.reduce((size, length) => size * Number(length), 1);

/** "a number", "3 numbers", "2 rows of 3 numbers". */
export function wanted({ shape }: Shaped): string {
  const [rows, columns] = shape.map(Number);
  if (rows === undefined) return "a number";
  const numbers = (count: number) => `${count} number${count === 1 ? "" : "s"}`;
  return columns === undefined ? numbers(rows) : `${rows} row${rows === 1 ? "" : "s"} of ${numbers(columns)}`;
}

/** The numbers of `text` for `variable`; one number stands for all of them. Throws an Error. */
export function readValue(variable: Shaped, text: string): number[] {
  const { values } = readArray(text);
  const size = sizeOf(variable);
  if (values.length === 1 && size > 1) return Array.from({ length: size }, () => values[0] as number);
  if (values.length !== size) throw new Error(`expected ${wanted(variable)}, got ${values.length}`);
  return values;
}

export interface ReadPoint {
  point: Point;
  /** What is wrong, by variable. */
  wrong: Record<string, string>;
}

/** Variables without a text are left out of the point. */
export function readPoint(variables: Shaped[], texts: Texts, infinite = false): ReadPoint {
  const point = create(PointSchema);
  const wrong: Record<string, string> = {};
  for (const variable of variables) {
    const { name, shape } = variable;
    const text = texts[name]?.trim() ?? "";
    if (text === "") continue;
    try {
      const values = readValue(variable, text);
      if (!infinite && values.some((value) => !Number.isFinite(value))) throw new Error("numbers must be finite");
      point.values[name] = create(ArraySchema, { shape, values });
    } catch (error) {
      wrong[name] = (error as Error).message;
    }
  }
  return { point, wrong };
}

const kShownDigits = 6;

/** Texts of a point; with `digits`, rounded to so many significant ones. */
export function pointTexts(point: Point | undefined, digits?: number): Texts {
  const shown = (value: number) => (digits === undefined ? value : Number(value.toPrecision(digits)));
  return Object.fromEntries(
    Object.entries(point?.values ?? {}).map(([name, { shape, values }]) => {
      const lengths = shape.length === 0 && values.length > 1 ? [values.length] : shape.map(Number);
      return [name, writeArray({ shape: lengths, values: values.map(shown) })];
    }),
  );
}

/** As pointTexts, of a point that was dragged: not more digits than a pixel is worth. */
export const draggedTexts = (point: Point): Texts => pointTexts(point, kShownDigits);

/** "x=0 y=1, 2"; variables in the order of their names' first writing. */
export const writeTexts = (texts: Texts): string =>
  Object.entries(texts)
    .filter(([, text]) => text.trim() !== "")
    .map(([name, text]) => `${name}=${text.trim()}`)
    .join("|");

export function readTexts(text: string): Texts {
  const pieces = text.split("|").filter((piece) => piece.includes("="));
  return Object.fromEntries(
    pieces.map((piece) => [piece.slice(0, piece.indexOf("=")).trim(), piece.slice(piece.indexOf("=") + 1)]),
  );
}
