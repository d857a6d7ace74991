// The worker that all tabs of a browser share: one stream to the server for all of them.
import { type Connection, type Subject, WatchHub } from "./watch_hub";
import { watching } from "./watching";
import { authorization } from "./session";

export type ToWorker =
  | { kind: "subscribe"; id: number; subject: Subject; token: string }
  | { kind: "unsubscribe"; id: number }
  | { kind: "alive" }
  | { kind: "leave" };
export type FromWorker =
  | { kind: "update"; id: number; update: import("../../gen/thalweg/v1/watch_service_pb").WatchUpdate }
  | { kind: "connection"; id: number; connection: Connection };

/** A tab says every 20 s that it is there; a hidden one may be let speak only once a minute. */
const kGoneAfterMs = 180_000;

/** Of each token that tabs hold: one caller's stream shows nothing to another. */
const hubs = new Map<string, WatchHub>();

function hubOf(token: string): WatchHub {
  const headers = authorization(token);
  const hub = hubs.get(token) ?? new WatchHub((request, signal) => watching.watch(request, { signal, headers }));
  hubs.set(token, hub);
  return hub;
}

interface Scope {
  onconnect: ((event: MessageEvent) => void) | null;
}

function serve(port: MessagePort): void {
  const watches = new Map<number, () => void>();
  let heard = Date.now();
  const leave = () => {
    for (const end of watches.values()) end();
    watches.clear();
  };
  const look = setInterval(() => {
    if (Date.now() - heard < kGoneAfterMs) return;
    leave();
    clearInterval(look);
  }, kGoneAfterMs / 4);

  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    heard = Date.now();
    if (data.kind === "leave") leave();
    if (data.kind === "unsubscribe") {
      watches.get(data.id)?.();
      watches.delete(data.id);
    }
    if (data.kind === "subscribe") {
      const { id } = data;
      const send = (message: FromWorker) => port.postMessage(message);
      const end = hubOf(data.token).subscribe(data.subject, {
        onUpdate: (update) => send({ kind: "update", id, update }),
        onConnection: (connection) => send({ kind: "connection", id, connection }),
      });
      watches.set(id, end);
    }
  };
  port.start();
}

(self as unknown as Scope).onconnect = (event) => serve(event.ports[0] as MessagePort);
