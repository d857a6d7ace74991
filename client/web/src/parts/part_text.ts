// Parts in one line, as the command line takes them: "momentum(learning_rate=cosine(initial=0.1,steps=100))".
import type { Plain, PlainPart } from "../wire/parts";
import { readNumber, writeNumber } from "./number_text";

const kWord = /^[A-Za-z_][A-Za-z0-9_]*/;
const kMostDepth = 16;

function writePlain(plain: Plain): string {
  if (typeof plain === "number") return writeNumber(plain);
  if (typeof plain === "boolean") return String(plain);
  if (typeof plain === "string") {
    const word = kWord.exec(plain)?.[0] === plain && plain !== "true" && plain !== "false" && !reads(plain);
    return word ? plain : JSON.stringify(plain);
  }
  if (!Array.isArray(plain)) return writePart(plain);
  return `[${plain.map((each) => (typeof each === "number" ? writeNumber(each) : writePart(each))).join(",")}]`;
}

const reads = (text: string): boolean => readNumber(text) !== undefined;

export function writePart({ kind, settings = {} }: PlainPart): string {
  const inner = Object.entries(settings).map(([name, plain]) => `${name}=${writePlain(plain)}`);
  return inner.length > 0 ? `${kind}(${inner.join(",")})` : kind;
}

export const writeParts = (parts: PlainPart[]): string => parts.map(writePart).join(",");

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  private get rest(): string {
    return this.text.slice(this.at);
  }
  private skip(): void {
    while (/\s/.test(this.text[this.at] ?? "")) ++this.at;
  }
  take(sign: string): boolean {
    this.skip();
    if (this.text[this.at] !== sign) return false;
    ++this.at;
    return true;
  }
  done(): boolean {
    this.skip();
    return this.at >= this.text.length;
  }
  private need(sign: string): void {
    if (!this.take(sign)) throw new Error(`expected “${sign}” at “${this.rest.slice(0, 20)}”`);
  }
  private word(): string {
    this.skip();
    const found = kWord.exec(this.rest)?.[0];
    if (!found) throw new Error(`expected a name at “${this.rest.slice(0, 20)}”`);
    this.at += found.length;
    return found;
  }

  part(depth = 0): PlainPart {
    const kind = this.word();
    const settings = this.take("(") ? this.settings(depth) : {};
    return Object.keys(settings).length > 0 ? { kind, settings } : { kind };
  }

  private settings(depth: number): Record<string, Plain> {
    const settings: Record<string, Plain> = {};
    if (this.take(")")) return settings;
    do {
      const name = this.word();
      this.need("=");
      settings[name] = this.plain(depth + 1);
    } while (this.take(","));
    this.need(")");
    return settings;
  }

  private plain(depth: number): Plain {
    if (depth > kMostDepth) throw new Error(`parts nest deeper than ${kMostDepth}`);
    if (this.take("[")) return this.list(depth);
    this.skip();
    const quoted = /^"(?:[^"\\]|\\.)*"/.exec(this.rest)?.[0];
    if (quoted) {
      this.at += quoted.length;
      return JSON.parse(quoted) as string;
    }
    const simple = /^[^,()[\]=\s]+/.exec(this.rest)?.[0] ?? "";
    const value = readNumber(simple);
    if (value !== undefined) {
      this.at += simple.length;
      return value;
    }
    const part = this.part(depth);
    if (part.settings) return part;
    return part.kind === "true" ? true : part.kind === "false" ? false : part.kind;
  }

  private list(depth: number): number[] | PlainPart[] {
    const items: Plain[] = [];
    while (!this.take("]")) {
      if (items.length > 0) this.need(",");
      items.push(this.plain(depth + 1));
    }
    if (items.every((item) => typeof item === "number")) return items as number[];
    return items.map((item): PlainPart => {
      if (typeof item === "string") return { kind: item };
      if (typeof item === "object" && !Array.isArray(item)) return item;
      if (typeof item === "number") return { kind: "constant", settings: { value: item } };
      throw new Error("a list holds numbers or parts");
    });
  }
}

/** Reads what writePart writes. Throws an Error that says what is wrong. */
export function readPart(text: string): PlainPart {
  const reader = new Reader(text);
  const part = reader.part();
  if (!reader.done()) throw new Error(`“${text}” goes on behind a part`);
  return part;
}

/** "adam,momentum(momentum=0.5)"; nothing is no part. */
export function readParts(text: string): PlainPart[] {
  const reader = new Reader(text);
  const parts: PlainPart[] = [];
  while (!reader.done()) {
    if (parts.length > 0 && !reader.take(",")) throw new Error(`expected “,” in “${text}”`);
    parts.push(reader.part());
  }
  return parts;
}
