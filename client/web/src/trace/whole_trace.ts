// Every iterate of a run that the server keeps, page by page.
import type { IterateBatch } from "../../gen/thalweg/v1/iterate_pb";
import { optimization } from "../wire/rpc";

const kPage = 10_000;

export async function* wholeTrace(name: string, signal: AbortSignal): AsyncGenerator<IterateBatch> {
  let pageToken = "";
  do {
    const page = await optimization.listIterates({ name, pageSize: kPage, pageToken }, { signal });
    if (page.iterates) yield page.iterates;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
