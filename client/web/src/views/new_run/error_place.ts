// Where in a formula something is wrong: a piece of text from a line and a column.

export interface Span {
  /** Offsets into the text; `to` is behind the last character. */
  from: number;
  to: number;
}

/**
 * The word, number or sign at `line` and `column`, both from 1; columns count bytes of UTF-8, as the server does.
 * At the end of a line, one place behind it.
 */
export function spanAt(text: string, line: number, column: number): Span {
  const lines = text.split("\n");
  const row = Math.min(Math.max(line, 1), lines.length) - 1;
  const here = lines[row] as string;
  const start = lines.slice(0, row).reduce((sum, each) => sum + each.length + 1, 0);
  const at = Math.min(offsetOfByte(here, column - 1), here.length);
  const length = /^(\w+|\*\*|\/\/|==|!=|<=|>=|[\s\S])/.exec(here.slice(at))?.[0].length ?? 1;
  return { from: start + at, to: start + at + length };
}

function offsetOfByte(text: string, bytes: number): number {
  let passed = 0;
  let at = 0;
  for (const character of text) {
    if (passed >= bytes) break;
    const code = character.codePointAt(0) as number;
    passed += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += character.length;
  }
  return at;
}

export interface Mark extends Span {
  kind: "error" | "finding";
}

/** `text` in pieces, each within at most one mark; marks are put in order, and errors go first where they meet. */
export function pieces(text: string, marks: Mark[]): { text: string; kind?: Mark["kind"] }[] {
  const sorted = [...marks].sort((a, b) => a.from - b.from || (a.kind === "error" ? -1 : 1));
  const cut: { text: string; kind?: Mark["kind"] }[] = [];
  let at = 0;
  for (const { from, to, kind } of sorted) {
    if (from < at) continue;
    if (from > at) cut.push({ text: text.slice(at, from) });
    // Behind the end of a line there is nothing to underline but a space.
    const marked = text.slice(from, to);
    const end = marked === "" || marked === "\n";
    cut.push({ text: end ? " " : marked, kind });
    at = end ? from : to;
  }
  if (at < text.length) cut.push({ text: text.slice(at) });
  return cut;
}
