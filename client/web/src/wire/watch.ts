// Watching from a page: through the worker that all tabs share, or, where there is none, directly.
import { signal } from "@preact/signals";
import type { FromWorker, ToWorker } from "./shared_watcher";
import { type Connection, type Listener, type Subject, WatchHub } from "./watch_hub";
import { watching } from "./watching";
import { heldToken } from "./session";

declare const WATCHER_URL: string;
const kAliveMs = 20_000;

/** Whether updates are coming in, for the page's banner. */
export const connection = signal<Connection>("open");

type Subscribe = (subject: Subject, listener: Listener) => () => void;

function throughWorker(): Subscribe {
  const { port } = new SharedWorker(new URL(WATCHER_URL, document.baseURI), { type: "module", name: WATCHER_URL });
  const listeners = new Map<number, { listener: Listener; subject: Subject }>();
  let nextId = 1;
  const send = (message: ToWorker) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    const found = listeners.get(data.id);
    if (!found) return;
    if (data.kind === "update") found.listener.onUpdate(data.update);
    else found.listener.onConnection?.(data.connection);
  };
  port.start();
  setInterval(() => send({ kind: "alive" }), kAliveMs);
  addEventListener("pagehide", () => send({ kind: "leave" }));
  // A page that comes back from the browser's memory is read anew: what it missed is the server's to say.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  return (subject, listener) => {
    const id = nextId++;
    listeners.set(id, { listener, subject });
    send({ kind: "subscribe", id, subject, token: heldToken() });
    return () => {
      listeners.delete(id);
      send({ kind: "unsubscribe", id });
    };
  };
}

function directly(): Subscribe {
  const hub = new WatchHub((request, abort) => watching.watch(request, { signal: abort }));
  return (subject, listener) => hub.subscribe(subject, listener);
}

let subscribe: Subscribe | undefined;

let watches = 0;

/** Watches `subject` until what is returned is called. */
export function watch(subject: Subject, onUpdate: Listener["onUpdate"]): () => void {
  subscribe ??= typeof SharedWorker === "undefined" ? directly() : throughWorker();
  const end = subscribe(subject, { onUpdate, onConnection: (state) => (connection.value = state) });
  let ended = false;
  ++watches;
  return () => {
    if (ended) return;
    ended = true;
    end();
    if (--watches === 0) connection.value = "open"; // who watches nothing loses nothing
  };
}
