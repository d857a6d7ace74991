// The settings of a part that are worth reading: those that are not the default. No DOM.
import { create } from "@bufbuild/protobuf";
import type { CatalogEntry } from "../../../gen/thalweg/v1/catalog_service_pb";
import { type Part, PartSchema } from "../../../gen/thalweg/v1/values_pb";
import { parseSetting, settingText } from "./setting_text";

const kAlways = "learning_rate";

/** Defaults are compared as values: "1e-08" of the catalogue is 1e-8. */
function isDefault(text: string, defaultText: string): boolean {
  try {
    return text === defaultText || text === settingText(parseSetting(defaultText));
  } catch {
    return false;
  }
}

/** `part` without settings that have their default, but for the learning rate. */
export function notable(part: Part, entries: CatalogEntry[]): Part {
  const entry = entries.find(({ name }) => name === part.kind);
  if (!entry) return part;
  const defaults = new Map(entry.options.map(({ name, defaultText }) => [name, defaultText]));
  const settings = Object.entries(part.settings).filter(
    ([name, setting]) => name === kAlways || !isDefault(settingText(setting), defaults.get(name) ?? ""),
  );
  return create(PartSchema, { kind: part.kind, settings: Object.fromEntries(settings) });
}
