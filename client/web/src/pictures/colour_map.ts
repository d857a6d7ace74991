// Colours of heights: deep water to sand. Lightness grows evenly from the lowest to the highest, so that the
// map also reads in grey and by people with colour blindness. Interpolated in OKLab (Ottosson 2020).

export type Rgb = [red: number, green: number, blue: number];

/** Stops in OKLCH: lightness in [0, 1], chroma, hue in degrees. */
type Stop = [lightness: number, chroma: number, hue: number];

const kLight: Stop[] = [
  [0.34, 0.105, 272],
  [0.46, 0.105, 248],
  [0.58, 0.095, 220],
  [0.69, 0.085, 190],
  [0.79, 0.08, 160],
  [0.88, 0.075, 115],
  [0.955, 0.04, 95],
];
const kDark: Stop[] = [
  [0.23, 0.085, 276],
  [0.34, 0.095, 255],
  [0.45, 0.09, 228],
  [0.55, 0.08, 198],
  [0.65, 0.078, 168],
  [0.74, 0.08, 125],
  [0.83, 0.07, 95],
];

function oklab([lightness, chroma, hue]: Stop): [number, number, number] {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

const gamma = (linear: number): number =>
  linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;

function toRgb([lightness, a, b]: [number, number, number]): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((each) => Math.round(255 * gamma(Math.min(1, Math.max(0, each))))) as Rgb;
}

/** The colour at `t` in [0, 1], for a light or a dark page. */
export function heightColour(t: number, dark: boolean): Rgb {
  const stops = dark ? kDark : kLight;
  const place = Math.min(1, Math.max(0, t)) * (stops.length - 1);
  const i = Math.min(Math.floor(place), stops.length - 2);
  const below = oklab(stops[i] as Stop);
  const above = oklab(stops[i + 1] as Stop);
  return toRgb(below.map((each, k) => each + ((above[k] as number) - each) * (place - i)) as [number, number, number]);
}

export const css = ([red, green, blue]: Rgb): string =>
  `#${[red, green, blue].map((each) => each.toString(16).padStart(2, "0")).join("")}`;

/** Whether a colour of the page, "#11161c", is nearer to black than to white. */
export function isDark(hex: string): boolean {
  const [red = 255, green = 255, blue = 255] = (/[0-9a-f]{6}/i.exec(hex)?.[0].match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
