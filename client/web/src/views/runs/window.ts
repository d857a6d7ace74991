// Which rows of a long list are drawn: those in sight and a few around them.

export interface Rows {
  /** The first row drawn. */
  from: number;
  /** The row behind the last one drawn. */
  to: number;
}

const kAround = 8;

/** Rows of equal height; `top` is how far the list's first row lies above the window's upper edge. */
export function rowsInSight(top: number, windowHeight: number, rowHeight: number, count: number): Rows {
  const from = Math.floor(top / rowHeight) - kAround;
  const to = Math.ceil((top + windowHeight) / rowHeight) + kAround;
  const clamp = (row: number) => Math.max(0, Math.min(count, row));
  return { from: clamp(from), to: clamp(to) };
}
