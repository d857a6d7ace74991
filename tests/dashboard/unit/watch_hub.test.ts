// Many watches over one stream, lost and taken up again.
import { create } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { WatchRunRequestSchema } from "../../../client/web/gen/thalweg/v1/optimization_service_pb";
import {
  RunListWatchSchema,
  type WatchRequest,
  type WatchResponse,
  WatchResponseSchema,
  type WatchUpdate,
} from "../../../client/web/gen/thalweg/v1/watch_service_pb";
import { type Connection, type Subject, WatchHub } from "../../../client/web/src/wire/watch_hub";

const kPatienceMs = 5_000;

/** Waits until `claim` holds. */
async function until(claim: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + kPatienceMs; !claim(); ) {
    assert.ok(Date.now() < end, what);
    await new Promise((later) => setTimeout(later, 2));
  }
}

/** A server that knows runs of `length` iterates, sends one at a time, and can be lost. */
class FakeServer {
  readonly requests: WatchRequest[] = [];
  private readonly streams = new Set<{ fail: () => void }>();

  constructor(
    private readonly length: number,
    private readonly endsQuietlyAfter = Infinity,
  ) {}

  open = (request: WatchRequest, signal: AbortSignal): AsyncIterable<WatchResponse> => {
    this.requests.push(structuredClone(request));
    const send = (body: unknown) => create(WatchResponseSchema, { update: body as WatchResponse["update"] });
    const { length, endsQuietlyAfter, streams } = this;
    return (async function* () {
      let lost = false;
      const stream = { fail: () => (lost = true) };
      streams.add(stream);
      let sent = 0;
      const at = request.subscriptions.map(({ subject }) => (subject.case === "run" ? Number(subject.value.fromIteration) : 0));
      const over = at.map(() => false);
      while (over.includes(false)) {
        for (let i = 0; i < at.length; ++i) {
          if (over[i]) continue;
          await new Promise((later) => setTimeout(later, 1));
          if (lost) throw new Error("the server is gone");
          if (signal.aborted) throw new Error("aborted");
          if (sent++ >= endsQuietlyAfter) return;
          const { id } = request.subscriptions[i] as { id: string };
          const iteration = at[i] as number;
          if (iteration >= length) {
            over[i] = true;
            yield send({ subscription: id, update: { case: "end", value: { code: 0, message: "" } } });
          } else {
            at[i] = iteration + 1;
            const iterates = { iteration: [BigInt(iteration)], value: [iteration] };
            const value = { update: { case: "iterates", value: iterates }, nextIteration: BigInt(iteration + 1) };
            yield send({ subscription: id, update: { case: "run", value } });
          }
        }
      }
    })();
  };

  lose(): void {
    for (const stream of this.streams) stream.fail();
    this.streams.clear();
  }
}

const runFrom = (name: string, from = 0): Subject => ({
  case: "run",
  value: create(WatchRunRequestSchema, { name, fromIteration: BigInt(from) }),
});

/** What a watcher was told. */
class Watcher {
  readonly iterations: number[] = [];
  readonly connections: Connection[] = [];
  ended = false;

  onUpdate = ({ update }: { update: { case?: string; value?: unknown } }): void => {
    if (update.case === "end") this.ended = true;
    if (update.case !== "run") return;
    const { update: what } = update.value as { update: { case?: string; value?: { iteration: bigint[] } } };
    if (what.case === "iterates") this.iterations.push(...(what.value?.iteration ?? []).map(Number));
  };
  onConnection = (connection: Connection): void => void this.connections.push(connection);
}

const leaving: (() => void)[] = [];
function watch(hub: WatchHub, subject: Subject, watcher: Parameters<WatchHub["subscribe"]>[1]): () => void {
  const leave = hub.subscribe(subject, watcher);
  leaving.push(leave);
  return leave;
}
// A test that fails leaves nothing running that would keep the others waiting.
afterEach(() => leaving.splice(0).forEach((leave) => leave()));

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("A watch hub", () => {
  it("brings all watches over one stream, each to its own watcher and its end", async () => {
    const server = new FakeServer(20);
    const hub = new WatchHub(server.open);
    const [a, b] = [new Watcher(), new Watcher()];

    watch(hub, runFrom("runs/a"), a);
    watch(hub, runFrom("runs/b", 15), b);
    await until(() => a.ended && b.ended, "both end");

    assert.equal(server.requests.length, 1);
    assert.deepEqual(a.iterations, upTo(20));
    assert.deepEqual(b.iterations, [15, 16, 17, 18, 19]);
    assert.deepEqual(a.connections, ["connecting", "open"]);
  });

  it("goes on behind the last iterate where the stream was lost: nothing is missing, nothing comes twice", async () => {
    const server = new FakeServer(60);
    const hub = new WatchHub(server.open);
    const watcher = new Watcher();

    watch(hub, runFrom("runs/a"), watcher);
    await until(() => watcher.iterations.length >= 20, "it begins");
    server.lose();
    await until(() => watcher.connections.includes("lost"), "the loss is said");
    await until(() => watcher.ended, "it is taken up again");

    assert.deepEqual(watcher.iterations, upTo(60));
    assert.deepEqual(watcher.connections, ["connecting", "open", "lost", "open"]);
    assert.equal(server.requests.length, 2);
    const { subject } = server.requests[1]?.subscriptions[0] ?? {};
    assert.ok(subject?.case === "run" && subject.value.fromIteration >= 20n);
  });

  it("takes up a stream again that ends before what it was asked for has", async () => {
    const server = new FakeServer(30, 10);
    const hub = new WatchHub(server.open);
    const watcher = new Watcher();

    watch(hub, runFrom("runs/a"), watcher);
    await until(() => watcher.ended, "all of it comes");

    assert.deepEqual(watcher.iterations, upTo(30));
  });

  it("has the list of runs asked for again with every stream: what happened between two is told by nobody", async () => {
    const server = new FakeServer(500);
    const hub = new WatchHub(server.open);
    let missed = 0;
    const onUpdate = ({ update }: WatchUpdate) => {
      if (update.case === "runs" && update.value.change.case === "missed") ++missed;
    };

    watch(hub, { case: "runs", value: create(RunListWatchSchema) }, { onUpdate });
    await until(() => missed === 1, "once when it begins");
    server.lose();
    await until(() => missed === 2, "once more when it is taken up again");
    const end = watch(hub, runFrom("runs/a"), new Watcher());
    await until(() => missed === 3, "and when more is watched");
    end();
  });

  it("opens one stream for all where another watch is added, without a gap in the first", async () => {
    const server = new FakeServer(80);
    const hub = new WatchHub(server.open);
    const [first, second] = [new Watcher(), new Watcher()];

    watch(hub, runFrom("runs/a"), first);
    await until(() => first.iterations.length >= 10, "the first begins");
    watch(hub, runFrom("runs/b"), second);
    await until(() => first.ended && second.ended, "both end");

    assert.deepEqual(first.iterations, upTo(80));
    assert.deepEqual(second.iterations, upTo(80));
    assert.deepEqual(
      server.requests.map(({ subscriptions }) => subscriptions.length),
      [1, 2],
    );
  });

  it("tells a watcher nothing more once it has left, and the others go on", async () => {
    const server = new FakeServer(60);
    const hub = new WatchHub(server.open);
    const [staying, leaving] = [new Watcher(), new Watcher()];

    watch(hub, runFrom("runs/a"), staying);
    const leave = watch(hub, runFrom("runs/b"), leaving);
    await until(() => leaving.iterations.length >= 5, "both begin");
    leave();
    const told = leaving.iterations.length;
    await until(() => staying.ended, "the other ends");

    assert.equal(leaving.iterations.length, told);
    assert.equal(leaving.ended, false);
    assert.deepEqual(staying.iterations, upTo(60));
  });

  it("asks for nothing where nothing is watched, and is not lost then", async () => {
    const server = new FakeServer(1_000_000);
    const hub = new WatchHub(server.open);
    const watcher = new Watcher();

    const leave = watch(hub, runFrom("runs/a"), watcher);
    await until(() => watcher.iterations.length >= 5, "it begins");
    server.lose();
    await until(() => watcher.connections.includes("lost"), "it is lost");
    leave();
    await new Promise((later) => setTimeout(later, 500)); // longer than the first retry
    const asked = server.requests.length;
    const next = new Watcher();
    watch(hub, runFrom("runs/b", 999_999), next);
    await until(() => next.ended, "a new watch works");

    assert.equal(asked, 1);
    assert.equal(next.connections[0], "connecting", "the old loss is no news to a new watcher");
  });
});
