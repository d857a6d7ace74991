// The server's services, as typed clients over gRPC-Web to where the page came from.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { CatalogService } from "../../gen/thalweg/v1/catalog_service_pb";
import { ObjectiveService } from "../../gen/thalweg/v1/objective_service_pb";
import { OptimizationService } from "../../gen/thalweg/v1/optimization_service_pb";
import { StudyService } from "../../gen/thalweg/v1/study_service_pb";
import { WatchService } from "../../gen/thalweg/v1/watch_service_pb";
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
const transport = createGrpcWebTransport({ baseUrl: baseUrl(), useBinaryFormat: true, interceptors });
const quick = createGrpcWebTransport({
  baseUrl: baseUrl(),
  useBinaryFormat: true,
  defaultTimeoutMs: kDefaultTimeoutMs,
  interceptors,
});

export const optimization = createClient(OptimizationService, quick);
export const objectives = createClient(ObjectiveService, quick);
export const catalog = createClient(CatalogService, quick);
export const studies = createClient(StudyService, quick);
export const watching = createClient(WatchService, transport);
