// What the server offers, asked for once.
import { signal } from "@preact/signals";
import type { CatalogEntry, Function, LanguageFunction } from "../../gen/thalweg/v1/catalog_service_pb";
import { catalog } from "./rpc";

export interface Catalogue {
  optimizers: CatalogEntry[];
  schedules: CatalogEntry[];
  stoppingRules: CatalogEntry[];
  lineSearches: CatalogEntry[];
  /** Of models, once loadLearning has brought them. */
  models?: CatalogEntry[];
  losses?: CatalogEntry[];
  penalties?: CatalogEntry[];
  batches?: CatalogEntry[];
  functions: Function[];
  language: LanguageFunction[];
  /** Settings and limits in force, by flag. */
  settings: Record<string, string>;
  version: string;
}

/** undefined until loadCatalogue has brought it. */
export const catalogue = signal<Catalogue | undefined>(undefined);

async function pages<Page extends { nextPageToken: string }, Item>(
  ask: (request: { pageSize: number; pageToken: string }) => Promise<Page>,
  items: (page: Page) => Item[],
): Promise<Item[]> {
  const all: Item[] = [];
  let pageToken = "";
  do {
    const page = await ask({ pageSize: 1000, pageToken });
    all.push(...items(page));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return all;
}

let loading: Promise<Catalogue> | undefined;

/** Asks for all of it, once; asks again where that failed. */
export function loadCatalogue(): Promise<Catalogue> {
  if (loading) return loading;
  loading = (async () => {
    const [optimizers, schedules, stoppingRules, lineSearches, functions, language, info] = await Promise.all([
      pages((page) => catalog.listOptimizers(page), (page) => page.optimizers),
      pages((page) => catalog.listSchedules(page), (page) => page.schedules),
      pages((page) => catalog.listStoppingRules(page), (page) => page.stoppingRules),
      pages((page) => catalog.listLineSearches(page), (page) => page.lineSearches),
      pages((page) => catalog.listFunctions(page), (page) => page.functions),
      pages((page) => catalog.listLanguageFunctions(page), (page) => page.functions),
      catalog.getServerInfo({}),
    ]);
    const { settings, version } = info;
    const all = { optimizers, schedules, stoppingRules, lineSearches, functions, language, settings, version };
    catalogue.value = all;
    return all;
  })();
  loading.catch(() => (loading = undefined));
  return loading;
}

let learning: Promise<Catalogue> | undefined;

/** What models are made of, too: only their views need it. */
export function loadLearning(): Promise<Catalogue> {
  learning ??= (async () => {
    const [all, models, losses, penalties, batches] = await Promise.all([
      loadCatalogue(),
      pages((page) => catalog.listModels(page), (page) => page.models),
      pages((page) => catalog.listLosses(page), (page) => page.losses),
      pages((page) => catalog.listPenalties(page), (page) => page.penalties),
      pages((page) => catalog.listBatches(page), (page) => page.batches),
    ]);
    const whole = { ...all, models, losses, penalties, batches };
    catalogue.value = whole;
    return whole;
  })();
  learning.catch(() => (learning = undefined));
  return learning;
}

/** The entries that an option's `catalogue` names. */
export function entriesOf(all: Catalogue, name: string): CatalogEntry[] {
  switch (name) {
    case "optimizer":
      return all.optimizers;
    case "schedule":
      return all.schedules;
    case "stopping rule":
      return all.stoppingRules;
    case "line search":
      return all.lineSearches;
    case "model":
      return all.models ?? [];
    case "loss":
      return all.losses ?? [];
    case "penalty":
      return all.penalties ?? [];
    case "batches":
      return all.batches ?? [];
    default:
      return [];
  }
}
