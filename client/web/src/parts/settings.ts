// Settings of a part: their defaults, what is wrong with one, and what differs from the default.
import { type Option, OptionType } from "../../gen/thalweg/v1/catalog_service_pb";
import type { Catalogue } from "../wire/catalogue";
import type { Plain, PlainPart } from "../wire/parts";
import { entryOf } from "./catalogue_entries";
import { readNumber, writeNumber } from "./number_text";
import { readPart } from "./part_text";
import { contains, readRange } from "./range";

/** What an option is where nothing is given; undefined where something must be. */
export function defaultOf({ type, defaultText, choices }: Option): Plain | undefined {
  if (defaultText === "") return undefined;
  switch (type) {
    case OptionType.NUMBER:
    case OptionType.INTEGER:
      return readNumber(defaultText);
    case OptionType.FLAG:
      return defaultText === "true";
    case OptionType.TEXT:
      return choices.length === 0 || choices.includes(defaultText) ? defaultText : undefined;
    case OptionType.SCHEDULE:
      return readNumber(defaultText);
    case OptionType.PART:
      try {
        return readPart(defaultText);
      } catch {
        return undefined;
      }
    default:
      return undefined; // lists are shown as text
  }
}

/** A part may be given by its name alone. */
export const asPart = (plain: Plain | undefined): PlainPart | undefined =>
  typeof plain === "string" ? { kind: plain } : typeof plain === "object" && !Array.isArray(plain) ? plain : undefined;

export const asParts = (plain: Plain | undefined): PlainPart[] =>
  Array.isArray(plain) ? plain.flatMap((each) => asPart(each) ?? { kind: "constant", settings: { value: each as number } }) : [];

const same = (a: Plain, b: Plain): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `part` with `option` as given; without it where that is undefined or the default. */
export function withSetting(part: PlainPart, option: Option, plain: Plain | undefined): PlainPart {
  const { [option.name]: _, ...others } = part.settings ?? {};
  const usual = defaultOf(option);
  const left = plain === undefined || (usual !== undefined && same(plain, usual));
  const settings = left ? others : { ...others, [option.name]: plain };
  return Object.keys(settings).length > 0 ? { kind: part.kind, settings } : { kind: part.kind };
}

/** What may be given, in words. */
export function allowed({ type, range, choices }: Option): string {
  switch (type) {
    case OptionType.INTEGER:
      return `a whole number in ${range}`;
    case OptionType.NUMBERS:
      return `numbers in ${range}, separated by commas`;
    case OptionType.TEXT:
      return `one of ${choices.join(", ")}`;
    case OptionType.SCHEDULE:
      return `a number in ${range}, or a schedule`;
    default:
      return `a number in ${range}`;
  }
}

function numberFits({ type, range }: Option, value: number): boolean {
  const interval = readRange(range);
  return (!interval || contains(interval, value)) && (type !== OptionType.INTEGER || Number.isInteger(value));
}

/** What is wrong with `plain` as the value of `option` itself, nested parts aside. */
export function complaintAbout(option: Option, plain: Plain | undefined): string | undefined {
  // Any text will do, none too where the server says so.
  if (option.type === OptionType.TEXT && option.choices.length === 0) return undefined;
  if (plain === undefined) return option.defaultText === "" ? `must be given: ${allowed(option)}` : undefined;
  const expected = (got: string) => `expected ${allowed(option)}, got ${got}`;
  switch (option.type) {
    case OptionType.NUMBER:
    case OptionType.INTEGER:
      if (typeof plain !== "number") return expected(`“${String(plain)}”`);
      return numberFits(option, plain) ? undefined : expected(writeNumber(plain));
    case OptionType.SCHEDULE:
      if (typeof plain === "number") return numberFits(option, plain) ? undefined : expected(writeNumber(plain));
      return typeof plain === "string" ? expected(`“${plain}”`) : undefined;
    case OptionType.NUMBERS: {
      if (!Array.isArray(plain)) return expected(`“${String(plain)}”`);
      const bad = (plain as number[]).find((value) => !numberFits(option, value));
      return bad === undefined ? undefined : expected(writeNumber(bad));
    }
    case OptionType.TEXT:
      return option.choices.includes(String(plain)) ? undefined : expected(`“${String(plain)}”`);
    default:
      return undefined;
  }
}

export interface Wrong {
  /** Below the part: "settings[learning_rate]". */
  field: string;
  text: string;
}

/** All that is wrong with a part as far as the catalogue tells, with its nested parts. */
export function wrongs(all: Catalogue, catalogue: string, part: PlainPart): Wrong[] {
  const entry = entryOf(all, catalogue, part.kind);
  if (!entry) return [{ field: "kind", text: `there is no ${catalogue} “${part.kind}”` }];
  return entry.options.flatMap((option): Wrong[] => {
    const field = `settings[${option.name}]`;
    const plain = part.settings?.[option.name];
    const text = complaintAbout(option, plain);
    if (text) return [{ field, text }];
    const below = (inner: PlainPart, path: string) =>
      wrongs(all, option.catalogue, inner).map((wrong) => ({ ...wrong, field: `${field}${path}.${wrong.field}` }));
    if (plain === undefined || typeof plain === "number") return [];
    if (option.type === OptionType.PARTS) return asParts(plain).flatMap((inner, i) => below(inner, `.parts[${i}]`));
    const nested = option.type === OptionType.PART || option.type === OptionType.SCHEDULE ? asPart(plain) : undefined;
    return nested ? below(nested, ".part") : [];
  });
}

/** `part` without the settings that only spell their defaults: the server fills all of them in. */
export function withoutDefaults(all: Catalogue, catalogue: string, part: PlainPart): PlainPart {
  const options = entryOf(all, catalogue, part.kind)?.options ?? [];
  const lean = (option: Option, plain: Plain): Plain => {
    const below = (inner: PlainPart) => withoutDefaults(all, option.catalogue, inner);
    if (option.type === OptionType.PARTS) return asParts(plain).map(below);
    const inner = typeof plain === "object" && option.catalogue ? asPart(plain) : undefined;
    return inner ? below(inner) : plain;
  };
  return Object.entries(part.settings ?? {}).reduce(
    (left: PlainPart, [name, plain]) => {
      const option = options.find((each) => each.name === name);
      const isEmptyList = option?.defaultText === "[]" && Array.isArray(plain) && plain.length === 0;
      if (isEmptyList) return left;
      return option
        ? withSetting(left, option, lean(option, plain))
        : { kind: left.kind, settings: { ...left.settings, [name]: plain } };
    },
    { kind: part.kind },
  );
}
