// The small tables of the lessons: made here, the same in every browser. No DOM.

export interface SmallTable {
  /** The file's name. */
  title: string;
  columns: string[];
  /** Row after row; a class is a text. */
  rows: (number | string)[][];
}

/** Random numbers in (0, 1): the same sequence for the same seed (mulberry32, Tommy Ettinger 2017, public domain). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** A sum of twelve: near enough to normal, and of the same bits in every browser, as logarithms are not. */
const normals = (uniform: () => number) => (): number => {
  let sum = -6;
  for (let i = 0; i < 12; ++i) sum += uniform();
  return sum;
};

const rounded = (value: number): number => Number(value.toFixed(4));
const rowsOf = (count: number, row: (i: number) => (number | string)[]): (number | string)[][] =>
  Array.from({ length: count }, (_, i) => row(i).map((cell) => (typeof cell === "number" ? rounded(cell) : cell)));

/** y = 1 + 2 x, with noise. */
function line(): SmallTable {
  const uniform = uniforms(7);
  const normal = normals(uniform);
  const rows = rowsOf(200, () => {
    const x = 2 * uniform();
    return [x, 1 + 2 * x + 0.5 * normal()];
  });
  return { title: "A line with noise", columns: ["x", "y"], rows };
}

/** Two measures in very different units, and what follows from both. */
function units(): SmallTable {
  const normal = normals(uniforms(11));
  const rows = rowsOf(150, () => {
    const [width, length] = [normal(), 8 * normal()];
    return [width, length, 2 * width + 0.2 * length + 0.3 * normal()];
  });
  return { title: "Two features in different units", columns: ["width", "length", "price"], rows };
}

/** Half a wave, few rows, much noise: easily learnt by heart. */
function wave(): SmallTable {
  const uniform = uniforms(3);
  const normal = normals(uniform);
  const rows = rowsOf(36, () => {
    const x = 2 * uniform() - 1;
    return [x, x * (2.2 - 2.9 * x * x) + 0.3 * normal()];
  });
  return { title: "A wave with noise", columns: ["x", "y"], rows };
}

/** Two crescents that reach into each other: no line parts them. */
function moons(): SmallTable {
  const uniform = uniforms(5);
  const normal = normals(uniform);
  const rows = rowsOf(240, (i) => {
    // The parabola stands in for the half circle: no sine is needed.
    const t = 2 * uniform() - 1;
    const upper = i % 2 === 0;
    const [x, y] = upper ? [t - 0.5, 0.7 - t * t] : [t + 0.5, t * t - 0.7];
    return [x + 0.1 * normal(), y + 0.1 * normal(), upper ? "upper" : "lower"];
  });
  return { title: "Two crescents", columns: ["x", "y", "crescent"], rows };
}

const kTables = { line, units, wave, moons };
export type TableName = keyof typeof kTables;
export const tableOf = (name: TableName): SmallTable => kTables[name]();

export const csvOf = ({ columns, rows }: SmallTable): string =>
  `${[columns, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
