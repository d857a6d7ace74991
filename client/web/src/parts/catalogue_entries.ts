// The catalogues that parts are chosen from, and how their rows are put in order for people.
import { create } from "@bufbuild/protobuf";
import {
  type CatalogEntry,
  CatalogEntrySchema,
  type Option,
  OptionType,
} from "../../gen/thalweg/v1/catalog_service_pb";
import { type Catalogue, entriesOf } from "../wire/catalogue";

/** Not a catalogue of the server's own: what v1.Option says of "stage". */
const kStage = create(CatalogEntrySchema, {
  name: "stage",
  title: "Stage",
  summary: "One optimizer of several in a row.",
  options: [
    { name: "optimizer", type: OptionType.PART, catalogue: "optimizer", meaning: "what moves x in this stage" },
    {
      name: "until",
      type: OptionType.PARTS,
      catalogue: "stopping rule",
      defaultText: "[]",
      meaning: "ends the stage where one is met",
    },
  ],
});

export const entriesFor = (all: Catalogue, catalogue: string): CatalogEntry[] =>
  catalogue === "stage" ? [kStage] : entriesOf(all, catalogue);

export const entryOf = (all: Catalogue, catalogue: string, kind: string): CatalogEntry | undefined =>
  entriesFor(all, catalogue).find((entry) => entry.name === kind);

/** The family of an optimizer, from what it asks for and what it is made of. */
export function family({ options, capabilities }: CatalogEntry): string {
  const of = (wanted: (option: Option) => boolean) => options.some(wanted);
  if (of(({ catalogue }) => catalogue === "optimizer" || catalogue === "stage")) return "Made of other optimizers";
  if (capabilities?.residuals) return "Least squares: sums of squares only";
  if (capabilities?.constraints) return "With constraints";
  if (capabilities?.hessian) return "Second order: products with the Hessian";
  if (capabilities?.gradient && of(({ name }) => name === "learning_rate")) return "First order, with a learning rate";
  if (capabilities?.gradient) return "Gradient, finding its own steps";
  return capabilities?.random ? "Random and population search, without gradients" : "Direct search, without gradients";
}

/** Entries by family, families and entries in the catalogue's order. */
export function families(entries: CatalogEntry[]): [string, CatalogEntry[]][] {
  const groups = new Map<string, CatalogEntry[]>();
  for (const entry of entries) {
    const name = family(entry);
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return [...groups];
}

export type Need = "bounds" | "constraints" | "without gradient" | "random";

/** What people filter optimizers by. */
export const kNeeds: { need: Need; title: string; met: (entry: CatalogEntry) => boolean }[] = [
  { need: "bounds", title: "keeps within bounds", met: ({ capabilities }) => capabilities?.bounds ?? false },
  { need: "constraints", title: "honours constraints", met: ({ capabilities }) => capabilities?.constraints ?? false },
  { need: "without gradient", title: "needs no gradient", met: ({ capabilities }) => !capabilities?.gradient },
  { need: "random", title: "draws random numbers", met: ({ capabilities }) => capabilities?.random ?? false },
];

/** Entries that have all the words of `query` somewhere, in their order. */
export function search(entries: CatalogEntry[], query: string, needs: ReadonlySet<Need>): CatalogEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const text = [entry.name, entry.title, entry.summary, entry.advice, entry.source].join(" ").toLowerCase();
    return words.every((word) => text.includes(word)) && kNeeds.every(({ need, met }) => !needs.has(need) || met(entry));
  });
}

/** Of what was found, the one whose name says it; else the first. */
export function closest(found: CatalogEntry[], query: string): CatalogEntry | undefined {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const named = ({ name, title }: CatalogEntry) => words.every((word) => `${name} ${title}`.toLowerCase().includes(word));
  return found.find(named) ?? found[0];
}
