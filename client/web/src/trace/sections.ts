// In which parts a run's past is asked for. No DOM.

const kFirstSection = 500; // iterates that come one by one

/**
 * A run's past up to `last` as a screen can show it. A descent goes far in its first steps: they come one by one, what
 * follows in sections that are each four times as long, thinned to about as many iterates.
 */
export function sections(first: number, last: number): { from: number; to: number }[] {
  const all: { from: number; to: number }[] = [];
  let from = first;
  for (let length = kFirstSection; from <= last; length *= 4) {
    const to = Math.min(from + length - 1, last);
    all.push({ from, to });
    from = to + 1;
  }
  return all;
}
