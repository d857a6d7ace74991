// Many watches over one stream: a browser opens six connections to a server, however many tabs.
import { create } from "@bufbuild/protobuf";
import {
  RunListChangeSchema,
  type Subscription,
  SubscriptionSchema,
  type WatchRequest,
  WatchRequestSchema,
  type WatchResponse,
  type WatchUpdate,
  WatchUpdateSchema,
} from "../../gen/thalweg/v1/watch_service_pb";

export type Subject = Subscription["subject"];
export type Connection = "connecting" | "open" | "lost";
export interface Listener {
  onUpdate(update: WatchUpdate): void;
  onConnection?(connection: Connection): void;
}

/** Opens the stream; ends by throwing when `signal` aborts or the server is lost. */
export type OpenStream = (request: WatchRequest, signal: AbortSignal) => AsyncIterable<WatchResponse>;

const kGatherMs = 15; // changes of what is watched come in bursts
const kFirstRetryMs = 250;
const kLastRetryMs = 5_000;

interface Watch {
  subject: Subject;
  listener: Listener;
}

/** Says how a watch would go on behind `update`: nothing is missed or comes twice. */
export function advance(subject: Subject, update: WatchUpdate): void {
  const { update: what } = update;
  if (subject.case === "run" && what.case === "run") {
    subject.value.fromIteration = what.value.nextIteration;
  } else if (subject.case === "study" && what.case === "study" && what.value.update.case === "run") {
    const { run, update: news } = what.value.update.value;
    if (news) subject.value.fromIterations[run] = news.nextIteration;
  }
}

/** Keeps one stream open for all that is watched, and opens it again where it was lost. */
export class WatchHub {
  private readonly watches = new Map<string, Watch>();
  private nextId = 1;
  private stream?: AbortController;
  private timer?: ReturnType<typeof setTimeout>;
  private retryMs = kFirstRetryMs;
  private connection: Connection = "connecting";

  constructor(private readonly open: OpenStream) {}

  /** Begins to watch; what is returned ends it. The subject's from-iterations are moved on. */
  subscribe(subject: Subject, listener: Listener): () => void {
    const id = String(this.nextId++);
    this.watches.set(id, { subject, listener });
    listener.onConnection?.(this.connection);
    this.reopen(kGatherMs);
    return () => {
      if (this.watches.delete(id)) this.reopen(kGatherMs);
    };
  }

  private reopen(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.follow(), delayMs);
  }

  private say(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    for (const { listener } of this.watches.values()) listener.onConnection?.(connection);
  }

  private request(): WatchRequest {
    const subscriptions = [...this.watches].map(([id, { subject }]) => create(SubscriptionSchema, { id, subject }));
    return create(WatchRequestSchema, { subscriptions });
  }

  private async follow(): Promise<void> {
    this.stream?.abort();
    this.stream = undefined;
    if (this.watches.size === 0) return this.say("connecting"); // nobody misses anything
    const stream = new AbortController();
    this.stream = stream;
    const asked = [...this.watches.keys()];
    let begun = false;
    try {
      for await (const { update } of this.open(this.request(), stream.signal)) {
        if (stream.signal.aborted) return; // another stream has taken over from here
        this.retryMs = kFirstRetryMs;
        this.say("open");
        if (!begun) this.tellMissed();
        begun = true;
        if (update) this.deliver(update);
      }
    } catch {
      // What was lost is asked for again.
    }
    if (stream.signal.aborted) return;
    // Where all that was asked for has ended, a stream ends for good.
    if (asked.some((id) => this.watches.has(id))) this.retry();
  }

  private retry(): void {
    this.say("lost");
    this.reopen(this.retryMs * (0.75 + Math.random() / 2));
    this.retryMs = Math.min(2 * this.retryMs, kLastRetryMs);
  }

  /** Changes in the list of runs before a stream was there are told by nobody: it is to be asked for again. */
  private tellMissed(): void {
    const value = create(RunListChangeSchema, { change: { case: "missed", value: true } });
    for (const [subscription, { subject, listener }] of this.watches) {
      if (subject.case !== "runs") continue;
      listener.onUpdate(create(WatchUpdateSchema, { subscription, update: { case: "runs", value } }));
    }
  }

  private deliver(update: WatchUpdate): void {
    const watch = this.watches.get(update.subscription);
    if (!watch) return;
    advance(watch.subject, update);
    if (update.update.case === "end") this.watches.delete(update.subscription);
    watch.listener.onUpdate(update);
  }
}
