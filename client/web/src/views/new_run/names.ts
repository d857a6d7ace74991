// Which names of a formula are its unknowns, and whether they are numbers, vectors or matrices: a guess
// that spares declaring them. The server has the last word.

export interface Unknown {
  name: string;
  /** [] a number, [n] a vector, [m, n] a matrix; lengths that the formula does not show are 2. */
  shape: number[];
}

const kWords = new Set("for in if else and or not def return lambda True False None".split(" "));
const kConstants = new Set("pi e tau inf nan".split(" "));
const kPrefixes = new Set("np numpy math jnp scipy special linalg".split(" "));
const kReductions = new Set(
  "sum mean prod product min max amin amax norm var std logsumexp dot matmul cumsum softmax log_softmax least_squares len ravel trace diag".split(" "),
);
const kDefaultLength = 2;
const kMostLength = 100_000;

interface Token {
  kind: "name" | "number" | "sign";
  text: string;
  /** The bracket it is in: an index of `brackets`, -1 outside. */
  inside: number;
}
interface Bracket {
  sign: string;
  /** The name before it: "sum" of sum(...), "x" of x[...]. */
  before: string;
  parent: number;
  hasFor: boolean;
  commas: number;
}

/** Tokens of one statement; line ends inside brackets do not count. */
function statements(formula: string): { tokens: Token[]; brackets: Bracket[] }[] {
  const all: { tokens: Token[]; brackets: Bracket[] }[] = [];
  let now = { tokens: [] as Token[], brackets: [] as Bracket[] };
  let inside = -1;
  const flush = () => {
    if (now.tokens.length > 0) all.push(now);
    now = { tokens: [], brackets: [] };
    inside = -1;
  };
  const pattern = /#[^\n]*|([A-Za-z_]\w*)|(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(==|!=|<=|>=|\*\*|\/\/|[^\s\w#])|\n/g;
  for (const [text, name, number, sign] of formula.matchAll(pattern)) {
    if (text === "\n" || text === ";") {
      if (inside < 0) flush();
    } else if (name !== undefined) {
      const bracket = now.brackets[inside];
      if (name === "for" && bracket) bracket.hasFor = true;
      now.tokens.push({ kind: "name", text: name, inside });
    } else if (number !== undefined) {
      now.tokens.push({ kind: "number", text: number, inside });
    } else if (sign !== undefined) {
      if (/[)\]}]/.test(sign)) inside = now.brackets[inside]?.parent ?? -1;
      now.tokens.push({ kind: "sign", text: sign, inside });
      if (/[([{]/.test(sign)) {
        const last = now.tokens[now.tokens.length - 2];
        const before = last?.kind === "name" ? last.text : "";
        now.brackets.push({ sign, before, parent: inside, hasFor: false, commas: 0 });
        inside = now.brackets.length - 1;
      }
      const bracket = now.brackets[inside];
      if (sign === "," && bracket) ++bracket.commas;
    }
  }
  flush();
  return all;
}

const isSign = (token: Token | undefined, ...texts: string[]): boolean =>
  token?.kind === "sign" && texts.includes(token.text);

/** Names that a statement itself gives: its result, its arguments, its loops' variables. */
function ownNames(tokens: Token[]): { after: string[]; within: Set<string>; skip: Set<number> } {
  const within = new Set<string>();
  const after: string[] = [];
  const skip = new Set<number>();
  const equals = tokens.findIndex((token) => isSign(token, "=") && token.inside < 0);
  const isDef = tokens[0]?.text === "def";
  const head = isDef ? tokens.findIndex((token) => isSign(token, ":") && token.inside < 0) : equals;
  if (head > 0) {
    const at = isDef ? 1 : 0;
    after.push((tokens[at] as Token).text);
    for (let k = at; k < head; ++k) {
      skip.add(k);
      if (k > at && tokens[k]?.kind === "name") within.add((tokens[k] as Token).text);
    }
  }
  tokens.forEach((token, k) => {
    const ends = token.text === "for" ? "in" : token.text === "lambda" ? ":" : "";
    for (let i = k + 1; ends && i < tokens.length && tokens[i]?.text !== ends; ++i) {
      if (tokens[i]?.kind === "name") within.add((tokens[i] as Token).text);
    }
  });
  return { after, within, skip };
}

function shapeHere(tokens: Token[], brackets: Bracket[], k: number): number[] {
  const [before, token, next] = [tokens[k - 1], tokens[k] as Token, tokens[k + 1]];
  if (isSign(next, "[")) {
    const opened = brackets.find((bracket, i) => bracket.before === token.text && tokens[k + 2]?.inside === i);
    const index: (number | undefined)[] = [];
    let depth = 0;
    let piece: Token[] = [];
    const close = () => {
      const only = piece.length === 1 && piece[0]?.kind === "number" ? Number(piece[0].text) + 1 : undefined;
      index.push(only);
      piece = [];
    };
    for (let i = k + 2; i < tokens.length; ++i) {
      const at = tokens[i] as Token;
      if (isSign(at, "(", "[")) ++depth;
      if (isSign(at, ")", "]") && depth-- === 0) break;
      if (isSign(at, ",") && depth === 0) close();
      else piece.push(at);
    }
    close();
    const lengths = (opened?.commas ?? 0) > 0 ? index.slice(0, 2) : index.slice(0, 1);
    return lengths.map((length) => Math.min(length ?? 0, kMostLength));
  }
  if (isSign(before, "@") || isSign(next, "@")) return [0];
  if (isSign(next, ".")) return tokens[k + 2]?.text === "T" ? [0, 0] : [0];
  for (let at = token.inside; at >= 0; at = brackets[at]?.parent ?? -1) {
    const { sign, before: called, hasFor, commas } = brackets[at] as Bracket;
    if (hasFor || sign === "[") return [];
    const elementwise = (called === "min" || called === "max") && commas > 0;
    if (kReductions.has(called) && !elementwise) return [0];
  }
  return [];
}

/** What both say: the more axes, the longer. */
const joined = (a: number[], b: number[]): number[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 0, b[i] ?? 0));

/**
 * The unknowns of `formula` in the order in which they come: names that are neither the language's, nor given,
 * nor the formula's own.
 */
export function unknownsOf(formula: string, language: ReadonlySet<string>, given: ReadonlySet<string>): Unknown[] {
  const found = new Map<string, number[]>();
  // Names that the formula gives, and the unknowns that they are made of element by element.
  const known = new Map<string, Set<string>>();
  const join = (name: string, shape: number[]) => found.set(name, joined(found.get(name) ?? [], shape));
  for (const { tokens, brackets } of statements(formula)) {
    const { after, within, skip } = ownNames(tokens);
    const origins = new Set<string>();
    tokens.forEach((token, k) => {
      const { text } = token;
      const next = tokens[k + 1];
      if (token.kind !== "name" || skip.has(k) || kWords.has(text)) return;
      if (isSign(tokens[k - 1], ".") || (isSign(next, ".") && kPrefixes.has(text))) return;
      if (isSign(next, "=") && token.inside >= 0) return; // a keyword argument
      if (isSign(next, "(") || kConstants.has(text) || language.has(text) || given.has(text) || within.has(text)) return;
      const shape = shapeHere(tokens, brackets, k);
      const made = known.get(text);
      if (!made) join(text, shape);
      else if (shape.length > 0) made.forEach((origin) => join(origin, shape.map(() => 0)));
      if (shape.length === 0) (made ?? [text]).forEach((origin) => origins.add(origin));
    });
    for (const name of after) known.set(name, origins);
  }
  // n is the length of the only array, where there is one.
  const arrays = [...found].filter(([, shape]) => shape.length > 0);
  if (arrays.length === 1 && found.get("n")?.length === 0) found.delete("n");
  // By name, so that x lies along and y up wherever the formula has them.
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, shape]) => ({ name, shape: shape.map((length) => length || kDefaultLength) }));
}

/** "number", "3", "2x3": how a person says a shape; undefined where it is none. */
export function readShape(text: string): number[] | undefined {
  const plain = text.trim().toLowerCase();
  if (plain === "number") return [];
  const lengths = /^(\d+)(?:\s*[x×*]\s*(\d+))?$/.exec(plain);
  if (!lengths) return undefined;
  const shape = lengths.slice(1).flatMap((length) => (length === undefined ? [] : [Number(length)]));
  return shape.every((length) => length >= 1 && length <= kMostLength) ? shape : undefined;
}

export const writeShape = (shape: number[]): string => (shape.length === 0 ? "number" : shape.join("x"));
