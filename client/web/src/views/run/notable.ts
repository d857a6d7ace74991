// The settings of a part that are worth reading: those that are not the default. No DOM.
import { create } from "@bufbuild/protobuf";
import type { CatalogEntry } from "../../../gen/thalweg/v1/catalog_service_pb";
import { type Part, PartSchema, type Setting } from "../../../gen/thalweg/v1/values_pb";
import { defaultOf } from "../../parts/settings";
import { fromSetting } from "../../wire/parts";

const kAlways = "learning_rate";

/** `part` without settings that have their default, but for the learning rate. */
export function notable(part: Part, entries: CatalogEntry[]): Part {
  const entry = entries.find(({ name }) => name === part.kind);
  if (!entry) return part;
  const isDefault = (name: string, setting: Setting): boolean => {
    const option = entry.options.find((each) => each.name === name);
    const usual = option && defaultOf(option);
    return usual !== undefined && JSON.stringify(usual) === JSON.stringify(fromSetting(setting));
  };
  const settings = Object.entries(part.settings).filter(([name, setting]) => name === kAlways || !isDefault(name, setting));
  return create(PartSchema, { kind: part.kind, settings: Object.fromEntries(settings) });
}
