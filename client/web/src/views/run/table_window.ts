// Which rows of a long table are on the screen. No DOM.

export interface Window {
  /** Rows [from, to) are made. */
  from: number;
  to: number;
  /** Room that stands for the others, in px. */
  above: number;
  below: number;
}

/** Rows that a view of `height` px scrolled down by `top` px shows, and `spare` more at each side. */
export function windowOf(rows: number, rowPx: number, top: number, height: number, spare = 6): Window {
  const first = Math.floor(Math.max(top, 0) / rowPx) - spare;
  const from = Math.min(Math.max(first, 0), Math.max(rows - 1, 0));
  const to = Math.min(rows, from + Math.ceil(height / rowPx) + 2 * spare + 1);
  return { from, to, above: from * rowPx, below: (rows - to) * rowPx };
}

/** Where to scroll so that `row` is seen: as it is where it is in view already, else to its middle. */
export function scrollTo(row: number, rowPx: number, top: number, height: number): number {
  const at = row * rowPx;
  return at >= top && at + rowPx <= top + height ? top : Math.max(0, at - (height - rowPx) / 2);
}
