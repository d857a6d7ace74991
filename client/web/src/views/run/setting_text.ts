// Settings and parts as the command line takes them (client/cli/arguments/setting_text.h). No DOM.
import type { Part, Setting } from "../../../gen/thalweg/v1/values_pb";

const kName = /^[A-Za-z_]\w*/;

/** The shortest decimals that read back as the same double. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** A text that reads back as one goes bare, any other in quotes. */
function textText(text: string): string {
  const bare = kName.exec(text)?.[0] === text && !["true", "false", "inf", "infinity", "nan"].includes(text.toLowerCase());
  const quote = text.includes("'") ? '"' : "'";
  return bare ? text : quote + text + quote;
}

function written({ kind, settings }: Part, always: boolean): string {
  const inner = Object.keys(settings)
    .sort()
    .map((name) => `${name}=${settingText(settings[name] as Setting)}`);
  return inner.length > 0 || always ? `${kind}(${inner.join(",")})` : kind;
}

/** "stall(threshold=1e-9,window=50)". */
export const partText = (part: Part): string => written(part, false);

/** "0.1", "true", "[1,2]", "cosine(initial=0.1)". */
export function settingText({ value }: Setting): string {
  switch (value.case) {
    case "number":
      return numberText(value.value);
    case "flag":
      return String(value.value);
    case "text":
      return textText(value.value);
    case "numbers":
      return `[${value.value.values.map(numberText).join(",")}]`;
    case "part":
      return written(value.value, true);
    case "parts":
      return `[${value.value.parts.map(partText).join(",")}]`;
    default:
      return "";
  }
}
