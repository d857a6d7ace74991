// How fast the dashboard is, in a real headless Chromium beside a real server: until the page is there,
// from a step on the server to its pixel, and what a page weighs after a million iterates.
import { eventually, idOf, Server, Visitor } from "../browser/harness";

const quantile = (sorted: number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const spread = (values: number[]): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `p50 ${ms(quantile(sorted, 0.5))}, p90 ${ms(quantile(sorted, 0.9))}, most ${ms(sorted.at(-1) ?? NaN)}`;
};

async function startUp(server: Server): Promise<string> {
  const paints: number[] = [];
  for (let i = 0; i < 7; ++i) {
    const visitor = await Visitor.arrive(); // a browser that has nothing in its cache
    const page = await visitor.open(server.url);
    await page.getByRole("heading", { name: /lessons/i }).waitFor();
    paints.push(
      await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN),
    );
    await visitor.leave();
  }
  return `first contents painted after ${spread(paints)}`;
}

/** Steps of a paused run: from just before the step is asked for until the frame that shows it. */
async function stepToPixel(server: Server): Promise<string> {
  const run = await server.create({ function: "rosenbrock", settings: { learning_rate: 1e-4 }, iterations: 1e6, pace: 1 });
  const visitor = await Visitor.arrive();
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  await page.getByTestId("run-iteration").waitFor();
  await server.api().runs.pauseRun({ name: run.name });
  await page.evaluate(() => {
    const shown = document.querySelector('[data-testid="run-iteration"]') as HTMLElement;
    const seen: Record<string, number> = {};
    (window as unknown as { seen: typeof seen }).seen = seen;
    new MutationObserver(() => {
      const text = (shown.textContent ?? "").replace(/\D/g, "");
      requestAnimationFrame(() => setTimeout(() => (seen[text] ??= performance.timeOrigin + performance.now())));
    }).observe(shown, { characterData: true, childList: true, subtree: true });
  });
  const { runs } = server.api();
  const times: number[] = [];
  for (let i = 0; i < 60; ++i) {
    const at = Number((await server.get(run.name)).iteration);
    const asked = performance.timeOrigin + performance.now();
    await runs.resumeRun({ name: run.name, iterations: 1n });
    const pixel = await eventually(async () => {
      const seen = await page.evaluate((next) => (window as unknown as { seen: Record<string, number> }).seen[next], String(at + 1));
      if (seen === undefined) throw new Error(`iterate ${at + 1} is not shown`);
      return seen;
    });
    times.push(pixel - asked);
    await eventually(async () => {
      if ((await server.get(run.name)).state !== 3) throw new Error("not paused yet");
    });
  }
  await visitor.leave();
  return `from the request for a step to the frame that shows it: ${spread(times)}`;
}

async function weight(server: Server): Promise<string> {
  const heap = async (iterations: number): Promise<number> => {
    const visitor = await Visitor.arrive();
    const run = await server.create({
      function: "rosenbrock",
      settings: { learning_rate: 1e-4 },
      iterations,
      optimizer: "adam",
    });
    const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
    await server.over(run.name);
    await page.getByTestId("ending").waitFor();
    await page.waitForTimeout(2_000);
    const devtools = await visitor.context.newCDPSession(page);
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    await visitor.leave();
    return usedSize / 2 ** 20;
  };
  const [short, long] = [await heap(100), await heap(1_000_000)];
  return `JavaScript memory of a run's page: ${short.toFixed(1)} MiB after 100 iterates, ${long.toFixed(1)} MiB after 1 000 000`;
}

const server = await Server.start();
try {
  for (const bench of [startUp, stepToPixel, weight]) console.log(await bench(server));
} finally {
  await server.stop();
}
