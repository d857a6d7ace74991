// Axes of charts: their ranges, their ticks, where a value stands. No DOM.
import { count, number } from "../app/format";

export type Scale = "linear" | "log";
export type Range = [from: number, to: number];
export type Column = ArrayLike<number | null>;

const kPadding = 0.05; // of a linear range, at both ends
const kDecades = 60; // of a logarithmic range at most

const drawn = (value: number | null | undefined, scale: Scale): value is number =>
  value !== null && value !== undefined && Number.isFinite(value) && (scale === "linear" || value > 0);

/** Whether a logarithmic axis leaves nothing out. */
export function allPositive(columns: Column[]): boolean {
  let any = false;
  for (const column of columns) {
    for (let i = 0; i < column.length; ++i) {
      const value = column[i];
      if (value === null || value === undefined || !Number.isFinite(value)) continue;
      if (value <= 0) return false;
      any = true;
    }
  }
  return any;
}

/** The least and the greatest value that can be drawn, of rows [from, to); undefined: there is none. */
export function extent(columns: Column[], scale: Scale, from = 0, to = Infinity): Range | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  for (const column of columns) {
    const end = Math.min(to, column.length);
    for (let i = from; i < end; ++i) {
      const value = column[i];
      if (!drawn(value, scale)) continue;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return least <= greatest ? [least, greatest] : undefined;
}

/** A range of an axis that shows all of `values` with some room; one that is not empty even where they are. */
export function axisRange(values: Range | undefined, scale: Scale): Range {
  if (!values) return scale === "log" ? [0.1, 10] : [0, 1];
  const [least, greatest] = values;
  if (scale === "log") {
    const to = 10 ** Math.ceil(Math.log10(greatest) + 1e-9);
    const from = 10 ** Math.floor(Math.log10(Math.max(least, greatest * 10 ** -kDecades)) - 1e-9);
    // Powers of ten at the ends of what doubles can hold are 0 and infinity.
    return [Math.max(from, Number.MIN_VALUE), Math.min(to, Number.MAX_VALUE)];
  }
  const length = greatest - least;
  const room = length > 0 ? kPadding * length : kPadding * Math.max(Math.abs(greatest), 1);
  return Number.isFinite(length) ? [least - room, greatest + room] : [-Number.MAX_VALUE / 2, Number.MAX_VALUE / 2];
}

/** Round numbers in [from, to], about `wanted` of them: 1, 2 or 5 times a power of ten apart, at least `least`. */
export function linearTicks(from: number, to: number, wanted: number, least = 0): number[] {
  const rough = Math.max((to - from) / Math.max(wanted, 1), least);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((multiple) => multiple * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const ticks: number[] = [];
  const last = Math.floor(to / step + 1e-9);
  // By multiples, not sums: no rounding gathers, and 0 is 0.
  for (let k = Math.ceil(from / step - 1e-9); k <= last; ++k) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten in [from, to], at most about `wanted`; within two decades also 2 and 5 times those. */
export function logTicks(from: number, to: number, wanted: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(wanted, 1)));
  const multiples = last - first <= 2 && every === 1 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = first - 1; power <= last; ++power) {
    if (power >= first && (power - first) % every !== 0) continue;
    for (const multiple of multiples) {
      const tick = Number(`${multiple}e${power}`);
      if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

export const ticks = (scale: Scale, [from, to]: Range, wanted: number): number[] =>
  scale === "log" ? logTicks(from, to, wanted) : linearTicks(from, to, wanted);

/** Ticks of an axis that counts. */
export const countTicks = ([from, to]: Range, wanted: number): number[] => linearTicks(from, to, wanted, 1);

/** A tick in words; on a logarithmic axis powers of ten from a thousand and a thousandth on. */
export function tickText(value: number, scale: Scale): string {
  if (scale === "linear" || (value < 1000 && value > 1e-3)) return number(value, 6);
  return value.toExponential().replace("e+", "e").replace("-", "−");
}

/** A tick of an axis that counts, in words. */
export const countText = (value: number): string => (value < 1e9 ? count(value) : number(value, 6));

/** Where `value` stands on an axis of `length`: 0 at the range's beginning. */
export function position(value: number, scale: Scale, [from, to]: Range, length: number): number {
  const share =
    scale === "log" ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return share * length;
}
