// Copying text, also where the page came by plain http and browsers offer no clipboard.
import { notice } from "./notices";

export async function copy(text: string, what: string): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copySelected(text);
    notice(`${what} copied.`);
  } catch {
    notice(`The browser does not let the page copy. ${text}`, "error");
  }
}

function copySelected(text: string): void {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("refused");
}
