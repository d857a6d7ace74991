// Numbers and arrays as people type them.

/** "1e-3", "inf", "−2", "1/3"; undefined where it is no number. NaN is none. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace(/\u2212/g, "-");
  const named = /^([+-]?)(inf|infinity|∞|pi|π|e)$/i.exec(plain);
  if (named) {
    const name = (named[2] as string).toLowerCase();
    const size = name === "e" ? Math.E : name === "pi" || name === "π" ? Math.PI : Infinity;
    return named[1] === "-" ? -size : size;
  }
  const fraction = /^([^/]+)\/([^/]+)$/.exec(plain);
  if (fraction) {
    const [above, below] = [readNumber(fraction[1] as string), readNumber(fraction[2] as string)];
    return above === undefined || below === undefined || below === 0 ? undefined : above / below;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  return Number(plain);
}

/** As readNumber reads it again, and no longer than needed. */
export function writeNumber(value: number): string {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return String(value).replace("e+", "e");
}

export interface NumberArray {
  /** [] a number, [n] a vector, [m, n] a matrix of m rows. */
  shape: number[];
  values: number[];
}

const kMostNumbers = 100_000;

/** One row: "1, 2, 0.5*3" is 1, 2, 0.5, 0.5, 0.5. Throws an Error that says what is wrong. */
function readRow(text: string): number[] {
  const pieces = text.split(/[,\s]+/).filter((piece) => piece !== "");
  return pieces.flatMap((piece) => {
    const repeated = /^(.+)\*(\d+)$/.exec(piece);
    const value = readNumber(repeated ? (repeated[1] as string) : piece);
    const times = repeated ? Number(repeated[2]) : 1;
    if (value === undefined) throw new Error(`“${piece}” is not a number`);
    if (times > kMostNumbers) throw new Error(`at most ${kMostNumbers} numbers are taken`);
    return Array.from({ length: times }, () => value);
  });
}

/**
 * "3" is a number, "1, 2" or "[1, 2]" a vector ("3," one of length 1), "1, 2; 3, 4" or "[[1, 2], [3, 4]]" a
 * matrix. Throws an Error that says what is wrong.
 */
export function readArray(text: string): NumberArray {
  const plain = text.replace(/\s+/g, " ").trim();
  if (plain === "") throw new Error("a number is missing");
  const nested = /^\[ ?\[(.*)\] ?\]$/.exec(plain);
  const rows = nested ? (nested[1] as string).split(/\] ?, ?\[/) : plain.split(";");
  if (nested || rows.length > 1) {
    const read = rows.map(readRow);
    const width = read[0]?.length ?? 0;
    if (width === 0 || read.some((row) => row.length !== width)) throw new Error("all rows need equally many numbers");
    return { shape: [read.length, width], values: read.flat() };
  }
  const vector = /^\[(.*)\]$/.exec(plain);
  const values = readRow(vector ? (vector[1] as string) : plain);
  if (values.length === 0) throw new Error("a number is missing");
  const scalar = values.length === 1 && !vector && !plain.includes(",") && !plain.includes("*");
  return { shape: scalar ? [] : [values.length], values };
}

/** As readArray reads it again. */
export function writeArray({ shape, values }: NumberArray): string {
  const columns = shape.length === 2 ? (shape[1] as number) : values.length;
  const rows: string[] = [];
  for (let at = 0; at < values.length; at += columns) {
    rows.push(values.slice(at, at + columns).map(writeNumber).join(", "));
  }
  if (shape.length === 1 && values.length === 1) return `${rows[0]},`;
  return shape.length === 2 && rows.length === 1 ? `[[${rows[0]}]]` : rows.join("; ");
}
