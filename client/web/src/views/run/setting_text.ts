// Settings and parts as the command line writes and reads them (client/cli/arguments). No DOM.
import { create } from "@bufbuild/protobuf";
import { type Part, PartSchema, type Setting, SettingSchema } from "../../../gen/thalweg/v1/values_pb";

const kNumber = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)(?![\w.])/i;
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

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  private skip(): void {
    while (/\s/.test(this.text[this.at] ?? "")) ++this.at;
  }
  private match(pattern: RegExp): string | undefined {
    this.skip();
    const found = pattern.exec(this.text.slice(this.at))?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
  take(sign: string): boolean {
    this.skip();
    if (this.text[this.at] !== sign) return false;
    ++this.at;
    return true;
  }
  fail(what: string): never {
    throw new Error(`column ${this.at + 1}: ${what}`);
  }
  end(): void {
    this.skip();
    if (this.at < this.text.length) this.fail("expected the end of the value");
  }
  name(): string | undefined {
    return this.match(kName);
  }
  number(): number | undefined {
    const found = this.match(kNumber);
    if (found === undefined) return undefined;
    const plain = found.toLowerCase().replace("+", "");
    if (plain.includes("inf")) return plain.startsWith("-") ? -Infinity : Infinity;
    return Number(plain); // "nan" is NaN
  }
  quoted(): string | undefined {
    return this.match(/^'[^']*'|^"[^"]*"/)?.slice(1, -1);
  }
}

function readPart(reader: Reader, kind = reader.name(), inside = reader.take("(")): Part {
  if (kind === undefined) return reader.fail("expected a name, such as cosine(initial=0.1)");
  const part = create(PartSchema, { kind });
  if (!inside || reader.take(")")) return part;
  do {
    const name = reader.name();
    if (name === undefined) return reader.fail("expected an option as name=value");
    if (name in part.settings) return reader.fail(`'${name}' is given twice`);
    if (!reader.take("=")) return reader.fail(`expected '=' after '${name}'`);
    part.settings[name] = readSetting(reader);
  } while (reader.take(","));
  if (!reader.take(")")) return reader.fail("expected ',' or ')'");
  return part;
}

function readList(reader: Reader): Setting {
  const numbers: number[] = [];
  const parts: Part[] = [];
  if (reader.take("]")) return create(SettingSchema, { value: { case: "numbers", value: { values: [] } } });
  do {
    const number = parts.length === 0 ? reader.number() : undefined;
    if (number !== undefined) numbers.push(number);
    else if (numbers.length > 0) return reader.fail("expected a number; a list holds numbers alone or parts alone");
    else parts.push(readPart(reader));
  } while (reader.take(","));
  if (!reader.take("]")) return reader.fail("expected ',' or ']'");
  return parts.length > 0
    ? create(SettingSchema, { value: { case: "parts", value: { parts } } })
    : create(SettingSchema, { value: { case: "numbers", value: { values: numbers } } });
}

function readSetting(reader: Reader): Setting {
  const number = reader.number();
  if (number !== undefined) return create(SettingSchema, { value: { case: "number", value: number } });
  const text = reader.quoted();
  if (text !== undefined) return create(SettingSchema, { value: { case: "text", value: text } });
  if (reader.take("[")) return readList(reader);
  const name = reader.name();
  if (name === undefined) return reader.fail("expected a number, true, false, a text, [a list] or name(option=value)");
  if (reader.take("(")) return create(SettingSchema, { value: { case: "part", value: readPart(reader, name, true) } });
  if (name === "true" || name === "false") return create(SettingSchema, { value: { case: "flag", value: name === "true" } });
  return create(SettingSchema, { value: { case: "text", value: name } });
}

/** Reads what settingText writes. Throws an Error that says where it is wrong. */
export function parseSetting(text: string): Setting {
  const reader = new Reader(text);
  const setting = readSetting(reader);
  reader.end();
  return setting;
}
