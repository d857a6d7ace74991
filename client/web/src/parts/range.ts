// Permitted numbers as the catalogue writes them: "(0, inf)", "[1, 2^53]".
import { readNumber } from "./number_text";

export interface Range {
  low: number;
  high: number;
  lowOpen: boolean;
  highOpen: boolean;
}

function bound(text: string): number | undefined {
  const power = /^(-?)2\^(\d+)$/.exec(text);
  return power ? (power[1] ? -1 : 1) * 2 ** Number(power[2]) : readNumber(text);
}

/** undefined where `text` is no interval: then everything is permitted. */
export function readRange(text: string): Range | undefined {
  const parts = /^([[(])\s*([^,\s]+)\s*,\s*([^,\s]+)\s*([\])])$/.exec(text.trim());
  if (!parts) return undefined;
  const [, open, from = "", to = "", close] = parts;
  const low = bound(from);
  const high = bound(to);
  if (low === undefined || high === undefined) return undefined;
  return { low, high, lowOpen: open === "(", highOpen: close === ")" };
}

/** NaN is in no range. */
export const contains = ({ low, high, lowOpen, highOpen }: Range, value: number): boolean =>
  (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
