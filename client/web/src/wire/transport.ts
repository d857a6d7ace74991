// How calls go: gRPC-Web to where the page came from.
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { authorize } from "./session";

/** Calls that should answer at once; a watch has no such limit. */
const kDefaultTimeoutMs = 60_000;

/** Where the page's folder is: also behind a proxy that serves it from a sub-path. */
function baseUrl(): string {
  if (typeof self === "undefined") return ""; // a unit test, which calls nobody
  const base = typeof document === "undefined" ? new URL("../", self.location.href) : new URL("./", document.baseURI);
  return base.href.replace(/\/$/, "");
}

const interceptors = [authorize];
/** For streams, which have no limit of time. */
export const transport = createGrpcWebTransport({ baseUrl: baseUrl(), useBinaryFormat: true, interceptors });
export const quick = createGrpcWebTransport({
  baseUrl: baseUrl(),
  useBinaryFormat: true,
  defaultTimeoutMs: kDefaultTimeoutMs,
  interceptors,
});
