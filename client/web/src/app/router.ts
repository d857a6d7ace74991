// Where the page is: "#/runs/ab12?view=surface". A link to it opens the same view.
import { signal } from "@preact/signals";

export interface Place {
  /** ["runs", "ab12"]. */
  path: string[];
  query: URLSearchParams;
}

export function parse(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

export const place = signal<Place>({ path: [], query: new URLSearchParams() });

/** The address of a view, for links: href("runs/ab12", {view: "surface"}). */
export function href(path: string, query: Record<string, string> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

export function go(path: string, query: Record<string, string> = {}): void {
  location.hash = href(path, query);
}

/** Changes the query in place, without a new entry in the history; undefined takes a key out. */
export function setQuery(changes: Record<string, string | undefined>): void {
  const { path, query } = place.peek();
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) next.delete(key);
    else next.set(key, value);
  }
  if (next.toString() === query.toString()) return;
  history.replaceState(null, "", href(path.map(encodeURIComponent).join("/"), Object.fromEntries(next)));
  place.value = { path, query: next };
}

export function startRouter(): void {
  const read = () => {
    place.value = parse(location.hash);
  };
  addEventListener("hashchange", read);
  read();
}
