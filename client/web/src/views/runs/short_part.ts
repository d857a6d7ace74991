// A part in few words: its kind, its learning rate, and what is not as usual.
import type { CatalogEntry } from "../../../gen/thalweg/v1/catalog_service_pb";
import type { Part, Setting } from "../../../gen/thalweg/v1/values_pb";
import { settingText } from "../../wire/parts";

const kNumbers: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };

/** Whether `setting` says what `defaultText` of the catalogue does. */
function isUsual({ value }: Setting, defaultText: string): boolean {
  switch (value.case) {
    case "number":
      return Object.is(kNumbers[defaultText] ?? Number(defaultText || NaN), value.value);
    case "flag":
      return String(value.value) === defaultText;
    case "text":
      return value.value === defaultText;
    case "part":
      return value.value.kind === defaultText.split("(")[0];
    case "numbers":
      return value.value.values.length === 0;
    case "parts":
      return value.value.parts.length === 0;
    default:
      return true;
  }
}

const shortSetting = (setting: Setting): string =>
  setting.value.case === "part" ? setting.value.value.kind : settingText(setting);

/** "adam(learning_rate=0.1)" of a part that has all its settings filled in. */
export function shortPart(part: Part, entries: CatalogEntry[]): string {
  const entry = entries.find(({ name }) => name === part.kind);
  if (!entry) return part.kind;
  const said = entry.options.flatMap(({ name, defaultText }) => {
    const setting = part.settings[name];
    if (!setting || (name !== "learning_rate" && isUsual(setting, defaultText))) return [];
    return [`${name}=${shortSetting(setting)}`];
  });
  return said.length > 0 ? `${part.kind}(${said.join(", ")})` : part.kind;
}
