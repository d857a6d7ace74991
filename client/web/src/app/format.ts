// Numbers and times as people read them.
import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** At most `digits` significant digits; powers of ten where it would be long. */
export function number(value: number, digits = 6): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 10 ** digits || size < 1e-4
      ? value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e")
      : String(Number(value.toPrecision(digits)));
  return text.replace(/-/g, "−");
}

/** A count with thin spaces between thousands. */
export const count = (value: number | bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");

export function duration(seconds: number): string {
  if (seconds < 1e-3) return `${number(seconds * 1e6, 3)} µs`;
  if (seconds < 1) return `${number(seconds * 1e3, 3)} ms`;
  if (seconds < 120) return `${number(seconds, 3)} s`;
  if (seconds < 7200) return `${number(seconds / 60, 3)} min`;
  return `${number(seconds / 3600, 3)} h`;
}

export const dateOf = (time: Timestamp): Date => new Date(Number(time.seconds) * 1000 + time.nanos / 1e6);

/** "12 s ago". */
export function ago(time: Timestamp | undefined, now = Date.now()): string {
  if (!time) return "";
  const seconds = Math.max(0, (now - dateOf(time).getTime()) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
