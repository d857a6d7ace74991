// Light and dark, and the colours that canvases draw with.
import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
const kKey = "thalweg.theme";

export const theme = signal<Theme>((localStorage.getItem(kKey) as Theme | null) ?? "auto");

/** Grows when colours have changed: read it where they are drawn. */
export const colours = signal(0);

/** A colour of style/base.css: colour("accent"). */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Colours of series that people with colour blindness can tell apart (Okabe and Ito 2008). */
export const series = (i: number): string => colour(`series-${i % 8}`);

export function startTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => ++colours.value);
  effect(() => {
    const chosen = theme.value;
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    localStorage.setItem(kKey, chosen);
    colours.value = colours.peek() + 1;
  });
}
