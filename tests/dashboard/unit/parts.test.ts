// Forms of parts: numbers, ranges and parts as text; what is sent, and what is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  type CatalogEntry,
  CatalogEntrySchema,
  OptionSchema,
  OptionType,
} from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { closest, families, search } from "../../../client/web/src/parts/catalogue_entries";
import { isWithin } from "../../../client/web/src/parts/complaints";
import { readArray, readNumber, writeArray } from "../../../client/web/src/parts/number_text";
import { readPart, readParts, writePart } from "../../../client/web/src/parts/part_text";
import { draggedTexts, readPoint, readTexts, writeTexts } from "../../../client/web/src/parts/point_text";
import { contains, readRange } from "../../../client/web/src/parts/range";
import { defaultOf, withoutDefaults, withSetting, wrongs } from "../../../client/web/src/parts/settings";
import type { Catalogue } from "../../../client/web/src/wire/catalogue";
import { fromPart, type PlainPart, toPart } from "../../../client/web/src/wire/parts";

const option = (name: string, type: OptionType, more: object = {}) =>
  create(OptionSchema, { name, type, range: "(-inf, inf)", ...more });
const rate = option("learning_rate", OptionType.SCHEDULE, { defaultText: "0.01", range: "(0, inf)", catalogue: "schedule" });
const memory = option("memory", OptionType.INTEGER, { defaultText: "10", range: "[1, 100]" });
const entry = (name: string, more: object = {}): CatalogEntry =>
  create(CatalogEntrySchema, { name, title: name, ...more });
const all: Catalogue = {
  optimizers: [
    entry("gradient_descent", { options: [rate, memory], capabilities: { gradient: true } }),
    entry("lookahead", {
      options: [option("inner", OptionType.PART, { defaultText: "gradient_descent", catalogue: "optimizer" })],
    }),
    entry("nelder_mead", { summary: "A simplex walks downhill.", capabilities: { bounds: true } }),
  ],
  schedules: [entry("cosine", { options: [option("initial", OptionType.NUMBER, { range: "[0, inf)" })] })],
  stoppingRules: [],
  lineSearches: [],
  functions: [],
  language: [],
  settings: {},
  version: "",
};

test("A number is read as it is usually typed, and nothing else is a number", () => {
  const read = ["1e-3", " −2 ", "inf", "-inf", "1/4", ".5", "5.", "pi"].map(readNumber);
  assert.deepEqual(read, [1e-3, -2, Infinity, -Infinity, 0.25, 0.5, 5, Math.PI]);
  for (const text of ["", "abc", "1,5", "0x10", "nan", "1/0", "1 2"]) assert.equal(readNumber(text), undefined, text);
});

test("An interval's ends belong to it as its brackets say", () => {
  const open = readRange("(0, inf)");
  const count = readRange("[1, 2^53]");
  assert.ok(open && count);
  assert.deepEqual([0, 1e-300, Infinity, NaN].map((value) => contains(open, value)), [false, true, false, false]);
  assert.deepEqual([1, 2 ** 53, 2 ** 53 + 2, 0.5].map((value) => contains(count, value)), [true, true, false, false]);
  assert.equal(readRange(""), undefined);
});

test("Arrays are read with their shape, and written as they are read", () => {
  assert.deepEqual(readArray("3"), { shape: [], values: [3] });
  assert.deepEqual(readArray("3,"), { shape: [1], values: [3] });
  assert.deepEqual(readArray("[1, 2]"), { shape: [2], values: [1, 2] });
  assert.deepEqual(readArray("-1, 0.5*3"), { shape: [4], values: [-1, 0.5, 0.5, 0.5] });
  assert.deepEqual(readArray("[[1, 2], [3, 4]]"), { shape: [2, 2], values: [1, 2, 3, 4] });
  for (const text of ["3", "3,", "1, 2", "1, 2; 3, 4", "[[1, 2]]"]) assert.equal(writeArray(readArray(text)), text);
  assert.throws(() => readArray("1, 2; 3"), /equally many/);
  assert.throws(() => readArray("1, x"), /“x” is not a number/);
  assert.throws(() => readArray("0*1000000000"), /at most/);
});

test("A part comes back from its text as it was", () => {
  const parts: PlainPart[] = [
    { kind: "adam" },
    { kind: "adam", settings: { learning_rate: 1e-3, amsgrad: true, epsilon_placement: "inside" } },
    { kind: "momentum", settings: { learning_rate: { kind: "cosine", settings: { initial: 0.1, steps: 100 } } } },
    { kind: "pause", settings: { threshold: [0, 10] } },
    { kind: "odd", settings: { clip: Infinity, text: "two words", word: "true", digits: "12" } },
    {
      kind: "stages",
      settings: {
        stages: [
          { kind: "stage", settings: { optimizer: "lshade", until: [{ kind: "iterations", settings: { threshold: 5 } }] } },
          { kind: "stage", settings: { optimizer: { kind: "lbfgs", settings: { memory: 3 } } } },
        ],
      },
    },
  ];
  for (const part of parts) assert.deepEqual(readPart(writePart(part)), part);
  assert.deepEqual(readParts("adam, bfgs"), [{ kind: "adam" }, { kind: "bfgs" }]);
  assert.deepEqual(readParts(""), []);
});

test("What is no part is refused, however deep it nests", () => {
  for (const text of ["", "adam(", "adam(x)", "adam)", "adam(x=)", "3"]) assert.throws(() => readPart(text), Error, text);
  assert.throws(() => readPart("a(b=".repeat(1000)), /nest/);
});

test("Only settings that differ from the default are kept", () => {
  const plain = { kind: "gradient_descent" };
  const changed = withSetting(plain, rate, 0.5);
  assert.deepEqual(changed, { kind: "gradient_descent", settings: { learning_rate: 0.5 } });
  assert.deepEqual(withSetting(changed, rate, 0.01), plain);
  assert.deepEqual(withSetting(changed, rate, undefined), plain);
  assert.equal(defaultOf(option("x", OptionType.NUMBER)), undefined);
});

test("What the server filled in is left out again, in nested parts too", () => {
  const filled = {
    kind: "lookahead",
    settings: { inner: { kind: "gradient_descent", settings: { learning_rate: 0.01, memory: 7 } }, unknown: 1 },
  };
  assert.deepEqual(withoutDefaults(all, "optimizer", filled), {
    kind: "lookahead",
    settings: { inner: { kind: "gradient_descent", settings: { memory: 7 } }, unknown: 1 },
  });
  const usual = { kind: "lookahead", settings: { inner: { kind: "gradient_descent", settings: { memory: 10 } } } };
  assert.deepEqual(withoutDefaults(all, "optimizer", usual), { kind: "lookahead" });
});

test("A part goes to the wire and back", () => {
  const part = {
    kind: "stages",
    settings: { a: 1, b: true, c: "x", d: [1, 2], e: { kind: "cosine", settings: { initial: 1 } }, f: [{ kind: "stage" }] },
  };
  assert.deepEqual(fromPart(toPart(part)), part);
});

test("What is wrong with a part is said at its place, nested ones included", () => {
  const about = (settings: object) => wrongs(all, "optimizer", { kind: "gradient_descent", settings: { ...settings } });
  assert.deepEqual(about({}), []);
  assert.deepEqual(about({ learning_rate: 0.1, memory: 5 }), []);
  assert.equal(about({ learning_rate: -1 })[0]?.text, "expected a number in (0, inf), or a schedule, got -1");
  assert.equal(about({ memory: 2.5 })[0]?.text, "expected a whole number in [1, 100], got 2.5");
  assert.equal(about({ memory: "abc" })[0]?.field, "settings[memory]");
  assert.deepEqual(about({ learning_rate: { kind: "cosine" } }), [
    { field: "settings[learning_rate].part.settings[initial]", text: "must be given: a number in [0, inf)" },
  ]);
  const inner = wrongs(all, "optimizer", { kind: "lookahead", settings: { inner: "nobody" } });
  assert.deepEqual(inner, [{ field: "settings[inner].part.kind", text: "there is no optimizer “nobody”" }]);
});

test("A complaint belongs to the control at its place, however nesting is spelt", () => {
  const place = "run.optimizer.settings[learning_rate]";
  assert.ok(isWithin(place, place));
  assert.ok(isWithin(`${place}.settings[final]`, `${place}.part.settings[final]`));
  assert.ok(isWithin("run.optimizer.settings[stages][0].kind", "run.optimizer.settings[stages].parts[0]"));
  assert.ok(!isWithin("run.optimizer.settings[learning_rate_floor]", "run.optimizer.settings[learning_rate"));
  assert.ok(!isWithin("run.stopping[1]", "run.stopping[11]"));
});

test("Optimizers are found by words and by what they honour", () => {
  const names = (entries: CatalogEntry[]) => entries.map(({ name }) => name);
  assert.deepEqual(names(search(all.optimizers, "downhill simplex", new Set())), ["nelder_mead"]);
  assert.deepEqual(names(search(all.optimizers, "", new Set(["bounds"] as const))), ["nelder_mead"]);
  assert.equal(closest(all.optimizers, "simplex")?.name, "gradient_descent");
  assert.equal(closest(all.optimizers, "look")?.name, "lookahead");
  const grouped = families(all.optimizers);
  assert.deepEqual(
    grouped.map(([family, entries]) => [family, ...names(entries)]),
    [
      ["First order, with a learning rate", "gradient_descent"],
      ["Made of other optimizers", "lookahead"],
      ["Direct search, without gradients", "nelder_mead"],
    ],
  );
});

test("A point is read by variable: one number stands for all, a wrong count is said", () => {
  const variables = [{ name: "a", shape: [] }, { name: "x", shape: [3n] }, { name: "y", shape: [2n] }];
  const { point, wrong } = readPoint(variables, { a: "1", x: "0.5", y: "1, 2, 3" });
  assert.deepEqual(point.values["x"]?.values, [0.5, 0.5, 0.5]);
  assert.deepEqual(wrong, { y: "expected 2 numbers, got 3" });
  assert.equal(readPoint(variables, { a: "inf" }).wrong["a"], "numbers must be finite");
  assert.deepEqual(readPoint(variables, { a: "inf" }, true).wrong, {});
});

test("A point's texts go through an address and come back; a dragged one is rounded", () => {
  const texts = { x: "1, 2", y: "[[1, 2]]" };
  assert.deepEqual(readTexts(writeTexts(texts)), texts);
  const { point } = readPoint([{ name: "x", shape: [] }], { x: "0.123456789" });
  assert.deepEqual(draggedTexts(point), { x: "0.123457" });
});
