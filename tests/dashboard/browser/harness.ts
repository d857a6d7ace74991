// A real thalwegd, a real Chromium, and what tests ask of both.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";
import type { IterateBatch } from "../../../client/web/gen/thalweg/v1/iterate_pb";
import { CatalogService } from "../../../client/web/gen/thalweg/v1/catalog_service_pb";
import { DatasetService } from "../../../client/web/gen/thalweg/v1/dataset_service_pb";
import { ObjectiveService } from "../../../client/web/gen/thalweg/v1/objective_service_pb";
import { OptimizationService } from "../../../client/web/gen/thalweg/v1/optimization_service_pb";
import { type Run, RunState } from "../../../client/web/gen/thalweg/v1/run_pb";
import { StudyService } from "../../../client/web/gen/thalweg/v1/study_service_pb";
import { upload } from "../../../client/web/src/views/data/upload";
import { type FitDraft, kEmptyFit } from "../../../client/web/src/views/fit/draft";
import { toFit } from "../../../client/web/src/views/fit/request";
import { type Plain, toPart } from "../../../client/web/src/wire/parts";

/** A page on a crowded machine may take long; whoever waits longer waits in vain. */
export const kPatienceMs = 60_000;

const source = process.env.THALWEG_SOURCE as string;
const bin = process.env.THALWEG_BIN ?? join(source, "build/release/bin");

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** A server with a data directory of its own, on ports that it keeps when it is started again. */
export class Server {
  private process?: ChildProcess;
  private constructor(
    readonly grpc: number,
    readonly http: number,
    readonly data: string,
    private readonly flags: string[],
  ) {}

  /** `tokens`: of a tokens file; without it the server asks for none. */
  static async start({ tokens = "" } = {}): Promise<Server> {
    const data = mkdtempSync(join(tmpdir(), "thalweg-dashboard-"));
    const file = join(data, "tokens.toml");
    if (tokens) writeFileSync(file, tokens, { mode: 0o600 });
    const server = new Server(await freePort(), await freePort(), data, tokens ? [`--tokens-file=${file}`] : []);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.http}/`;
  }

  private get alive(): boolean {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Starts it, where it does not run. */
  async run(): Promise<void> {
    if (this.alive) return;
    this.process = spawn(
      join(bin, "thalwegd"),
      [
        `--grpc-address=127.0.0.1:${this.grpc}`,
        `--http-address=127.0.0.1:${this.http}`,
        `--data-dir=${this.data}`,
        "--log-level=error",
        ...this.flags,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const lines = createInterface({ input: this.process.stdout as NodeJS.ReadableStream });
    for await (const line of lines) {
      if (line.startsWith("thalwegd ready")) return;
    }
    throw new Error("thalwegd ended before it was ready");
  }

  private async signal(name: NodeJS.Signals): Promise<void> {
    const { process } = this;
    if (!process || !this.alive) return;
    const ended = new Promise((exit) => process.once("exit", exit));
    process.kill(name);
    await ended;
  }

  /** Gone at once, as by kill -9. */
  kill = (): Promise<void> => this.signal("SIGKILL");

  async stop(): Promise<void> {
    await this.signal("SIGTERM");
    rmSync(this.data, { recursive: true, force: true });
  }

  api(token = "") {
    const transport = createGrpcWebTransport({
      baseUrl: this.url.replace(/\/$/, ""),
      interceptors: [
        (next) => (request) => {
          if (token) request.header.set("authorization", `Bearer ${token}`);
          return next(request);
        },
      ],
    });
    return {
      runs: createClient(OptimizationService, transport),
      objectives: createClient(ObjectiveService, transport),
      studies: createClient(StudyService, transport),
      catalog: createClient(CatalogService, transport),
      datasets: createClient(DatasetService, transport),
    };
  }

  /** Makes a run without the page. */
  async create(run: {
    expression?: string;
    function?: string;
    start?: Record<string, number | number[]>;
    optimizer?: string;
    settings?: Record<string, Plain>;
    iterations?: number;
    pace?: number;
    name?: string;
  }, token = ""): Promise<Run> {
    const values = Object.fromEntries(
      Object.entries(run.start ?? {}).map(([name, value]) => [
        name,
        Array.isArray(value) ? { shape: [BigInt(value.length)], values: value } : { shape: [], values: [value] },
      ]),
    );
    const { run: made } = await this.api(token).runs.createRun({
      run: {
        displayName: run.name ?? "",
        objective: {
          kind: run.function ? { case: "function", value: run.function } : { case: "expression", value: run.expression ?? "" },
        },
        ...(run.start ? { start: { values } } : {}),
        optimizer: toPart({ kind: run.optimizer ?? "gradient_descent", settings: run.settings ?? {} }),
        stopping: run.iterations ? [toPart({ kind: "iterations", settings: { threshold: run.iterations } })] : [],
        pace: run.pace ?? 0,
      },
    });
    return made as Run;
  }

  /** Brings a table without the page; its id. */
  async bring(title: string, csv: string): Promise<string> {
    const { dataset } = await upload(this.api().datasets, new Blob([csv]), { displayName: title });
    return dataset.name.replace("datasets/", "");
  }

  /** Fits without the page what the form of a fit says. */
  async fit(draft: Partial<FitDraft>): Promise<Run> {
    const { run } = await this.api().runs.createRun({ run: toFit({ ...kEmptyFit, ...draft }, undefined).what });
    return run as Run;
  }

  async get(name: string): Promise<Run> {
    return (await this.api().runs.getRun({ name })).run as Run;
  }

  /** All retained iterates, as the server has them. */
  async iterates(name: string): Promise<IterateBatch[]> {
    const batches: IterateBatch[] = [];
    let pageToken = "";
    do {
      const page = await this.api().runs.listIterates({ name, pageSize: 10_000, pageToken });
      if (page.iterates) batches.push(page.iterates);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return batches;
  }

  async over(name: string): Promise<Run> {
    return eventually(async () => {
      const run = await this.get(name);
      assert.ok(run.state >= RunState.FINISHED, `${name} is not over`);
      return run;
    });
  }
}

/** Asks until it does not throw. */
export async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + kPatienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((later) => setTimeout(later, 50));
    }
  }
}

export const idOf = (run: Run): string => run.name.replace("runs/", "");

/** A Chromium whose pages may not complain in their console. */
export class Visitor {
  readonly complaints: string[] = [];
  private constructor(
    readonly browser: Browser,
    readonly context: BrowserContext,
  ) {}

  static async arrive(options: { width?: number; height?: number; dark?: boolean } = {}): Promise<Visitor> {
    const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync) ?? "chromium";
    const browser = await chromium.launch({
      executablePath,
      // WebGL in software. Not "--use-angle=swiftshader": with it the page itself, canvases above all, is drawn by an
      // emulated GPU, at one frame a second in place of sixty.
      args: ["--no-sandbox", "--enable-unsafe-swiftshader"],
    });
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      colorScheme: options.dark ? "dark" : "light",
      acceptDownloads: true,
    });
    context.setDefaultTimeout(kPatienceMs);
    return new Visitor(browser, context);
  }

  async open(url: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.complaints.push(String(error.stack ?? error)));
    await page.goto(url);
    return page;
  }

  /** Leaves; the pages must have had nothing to complain of, but for what a test expects. */
  async leave(expected: RegExp = /^$/): Promise<void> {
    await this.browser.close();
    const unexpected = this.complaints.filter((complaint) => !expected.test(complaint));
    assert.deepEqual(unexpected, []);
  }
}
