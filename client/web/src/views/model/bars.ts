// Bars of positive and negative numbers side by side. No DOM.

export interface Bar {
  /** All of a width of 100. */
  from: number;
  width: number;
  zero: number;
}

/** A bar for each of `values` on one scale that has 0 on it; none for what is not finite. */
export function barsOf(values: number[]): (Bar | undefined)[] {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(0, ...finite);
  const length = Math.max(0, ...finite) - least || 1;
  const zero = (100 * (0 - least)) / length;
  return values.map((value) => {
    if (!Number.isFinite(value)) return undefined;
    const at = (100 * (value - least)) / length;
    return { from: Math.min(zero, at), width: Math.abs(at - zero), zero };
  });
}
