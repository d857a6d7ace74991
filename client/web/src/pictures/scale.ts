// Axes: from numbers to pixels and back, and the ticks between.
import { number } from "../app/format";

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** The pixel of a number. */
  at(value: number): number;
  /** The number at a pixel. */
  invert(pixel: number): number;
}

/** `from` lies at pixel `start`, `to` at pixel `end`. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const perUnit = (end - start) / (to - from);
  return {
    from,
    to,
    at: (value) => start + (value - from) * perUnit,
    invert: (pixel) => from + (pixel - start) / perUnit,
  };
}

/** The step of 1, 2 or 5 times a power of ten that cuts `span` into about `count` parts. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power; // in [1, 10); the borders are geometric means
  return (lead < Math.SQRT2 ? 1 : lead < Math.sqrt(10) ? 2 : lead < Math.sqrt(50) ? 5 : 10) * power;
}

/** Multiples of a nice step within [from, to], about `count` of them. */
export function ticks(from: number, to: number, count: number): number[] {
  const span = to - from;
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const step = niceStep(span, count);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  if (!(last - first < 1000)) return []; // numbers so close that doubles cannot tell them apart
  const digits = Math.max(0, Math.min(100, 1 - Math.floor(Math.log10(step))));
  // toFixed takes the rounding of the product away: 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)) + 0);
}

const minus = (text: string): string => text.replace(/-/g, "−");

/** Ticks as text, all with the same number of decimals; powers of ten where they would be long. */
export function tickTexts(values: number[]): string[] {
  const largest = Math.max(...values.map(Math.abs), 0);
  const step = values.length > 1 ? Math.abs((values[1] as number) - (values[0] as number)) : largest;
  if (largest === 0 && step === 0) return values.map(() => "0");
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (largest < 1e5 && decimals <= 4) return values.map((value) => minus(value.toFixed(decimals)));
  const digits = Math.max(0, Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step) + 1e-9));
  return values.map((value) => {
    if (value === 0) return "0";
    const [mantissa = "", exponent = ""] = value.toExponential(Math.min(digits, 15)).split("e");
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return minus(`${short}e${Number(exponent)}`);
  });
}

/** Three digits; a power of ten only from 100 000 on. */
export const shortText = (value: number): string => number(Number(value.toPrecision(3)), 5);
