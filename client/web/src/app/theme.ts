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

/** Keeps data-theme, which style/base.css goes by, as was chosen; "auto" is as the system has it. */
export function startTheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const dark = theme.value === "auto" ? system.matches : theme.value === "dark";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    colours.value = colours.peek() + 1;
  };
  system.addEventListener("change", show);
  effect(() => {
    localStorage.setItem(kKey, theme.value);
    show();
  });
}
