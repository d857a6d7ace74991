// Parts and settings: made and read.
import { create } from "@bufbuild/protobuf";
import { type Part, PartSchema, type Setting, SettingSchema } from "../../gen/thalweg/v1/values_pb";
import { number } from "../app/format";

/** What a setting holds, as plain values. */
export type Plain = number | boolean | string | number[] | PlainPart | PlainPart[];
export interface PlainPart {
  kind: string;
  settings?: Record<string, Plain>;
}

export function toSetting(plain: Plain): Setting {
  const value = ((): Setting["value"] => {
    if (typeof plain === "number") return { case: "number", value: plain };
    if (typeof plain === "boolean") return { case: "flag", value: plain };
    if (typeof plain === "string") return { case: "text", value: plain };
    if (!Array.isArray(plain)) return { case: "part", value: toPart(plain) };
    if (plain.length > 0 && typeof plain[0] === "object") {
      const parts = (plain as PlainPart[]).map(toPart);
      return { case: "parts", value: { $typeName: "thalweg.v1.PartList", parts } };
    }
    return { case: "numbers", value: { $typeName: "thalweg.v1.NumberList", values: plain as number[] } };
  })();
  return create(SettingSchema, { value });
}

/** toPart({kind: "adam", settings: {learning_rate: 0.1}}). */
export function toPart({ kind, settings = {} }: PlainPart): Part {
  return create(PartSchema, {
    kind,
    settings: Object.fromEntries(Object.entries(settings).map(([name, plain]) => [name, toSetting(plain)])),
  });
}

/** What a setting holds; undefined where it holds nothing. */
export function fromSetting({ value }: Setting): Plain | undefined {
  switch (value.case) {
    case "numbers":
      return value.value.values;
    case "part":
      return fromPart(value.value);
    case "parts":
      return value.value.parts.map(fromPart);
    default:
      return value.value;
  }
}

/** The plain form of a part, as toPart takes it. */
export function fromPart(part: Part): PlainPart {
  const settings = Object.entries(part.settings).flatMap(([name, setting]) => {
    const plain = fromSetting(setting);
    return plain === undefined ? [] : [[name, plain] as const];
  });
  return settings.length > 0 ? { kind: part.kind, settings: Object.fromEntries(settings) } : { kind: part.kind };
}

/** "0.1", "cosine(initial=0.1)": as people read it. */
export function settingText({ value }: Setting): string {
  switch (value.case) {
    case "number":
      return number(value.value, 8);
    case "flag":
      return value.value ? "yes" : "no";
    case "text":
      return value.value;
    case "numbers":
      return value.value.values.map((each) => number(each)).join(", ");
    case "part":
      return partText(value.value);
    case "parts":
      return value.value.parts.map(partText).join(", ");
    default:
      return "";
  }
}

/** "momentum(learning_rate=0.01)". */
export function partText(part: Part): string {
  const settings = Object.entries(part.settings).sort(([a], [b]) => a.localeCompare(b));
  const inner = settings.map(([name, setting]) => `${name}=${settingText(setting)}`).join(", ");
  return inner ? `${part.kind}(${inner})` : part.kind;
}
