// The service that a page's streams come from; the worker that shares them needs no other.
import { createClient } from "@connectrpc/connect";
import { WatchService } from "../../gen/thalweg/v1/watch_service_pb";
import { transport } from "./transport";

export const watching = createClient(WatchService, transport);
