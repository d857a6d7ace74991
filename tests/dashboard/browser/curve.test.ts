// One variable: the curve, and each step as an arrow where it really was.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { eventually, idOf, Server, Visitor } from "./harness";

let server: Server;
let visitor: Visitor;
before(async () => {
  server = await Server.start();
  visitor = await Visitor.arrive();
});
after(async () => {
  await visitor.leave();
  await server.stop();
});

/** How the plot maps its numbers to pixels, from its frame and the window that it states. */
async function scaleOf(page: Page) {
  const plot = page.getByTestId("plot");
  return plot.evaluate((svg) => {
    const frame = svg.querySelector("clipPath rect") as SVGRectElement;
    const read = (name: string) => Number(svg.getAttribute(name));
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(frame.getAttribute(name))) as [
      number,
      number,
      number,
      number,
    ];
    return {
      u: [read("data-u-from"), read("data-u-to")] as [number, number],
      v: [read("data-v-from"), read("data-v-to")] as [number, number],
      x,
      y,
      width,
      height,
    };
  });
}

const numberOf = async (at: Locator, name: string): Promise<number> => Number(await at.getAttribute(name));
/** Drawn with a tenth of a pixel. */
const kPixels = 0.11;

test("arrows stand at the iterates, start red and end green, the rate in the title", async () => {
  const run = await server.create({
    expression: "x*cos(0.15*pi*x)",
    start: { x: 8 },
    settings: { learning_rate: 0.1 },
    iterations: 25,
  });
  await server.over(run.name);
  const iterates = (await server.iterates(run.name)).flatMap((batch) =>
    batch.iteration.map((iteration, i) => ({ iteration: Number(iteration), x: batch.x[i] as number, value: batch.value[i] as number })),
  );
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  const arrows = page.locator(".path .arrow");
  await eventually(async () => assert.ok((await arrows.count()) > 3));
  await eventually(async () =>
    assert.equal(await page.getByTestId("path").getAttribute("data-iterates"), String(iterates.length)),
  );

  const scale = await scaleOf(page);
  const toX = (x: number) => scale.x + ((x - scale.u[0]) / (scale.u[1] - scale.u[0])) * scale.width;
  const toY = (value: number) => scale.y + (1 - (value - scale.v[0]) / (scale.v[1] - scale.v[0])) * scale.height;
  for (const arrow of await arrows.all()) {
    const at = iterates[await numberOf(arrow, "data-iteration")];
    const next = iterates[await numberOf(arrow, "data-iteration-to")];
    assert.ok(at && next);
    assert.equal(next.iteration, at.iteration + 1);
    assert.equal(await numberOf(arrow, "data-x"), at.x);
    assert.equal(await numberOf(arrow, "data-value"), at.value);
    assert.equal(await numberOf(arrow, "data-x-to"), next.x);

    // "M tail L ... M corner L tip L corner ...": the tail is where the step began, the tip where it led.
    const drawn = (await arrow.getAttribute("d")) ?? "";
    const [tail, , , tip] = [...drawn.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    assert.ok(tail && tip);
    assert.ok(Math.abs((tail[0] as number) - toX(at.x)) < kPixels, `tail of ${at.iteration}`);
    assert.ok(Math.abs((tail[1] as number) - toY(at.value)) < kPixels, `tail of ${at.iteration}`);
    assert.ok(Math.abs((tip[0] as number) - toX(next.x)) < kPixels, `tip of ${at.iteration}`);
    assert.ok(Math.abs((tip[1] as number) - toY(next.value)) < kPixels, `tip of ${at.iteration}`);
  }
  const colourOf = (testId: string) => page.getByTestId(testId).evaluate((mark) => getComputedStyle(mark).fill);
  const [red, green] = [await colourOf("path-start"), await colourOf("path-end")].map(
    (colour) => colour.match(/\d+/g)?.map(Number) as number[],
  );
  assert.ok(red && (red[0] as number) > 2 * (red[1] as number), "the start is red");
  assert.ok(green && (green[1] as number) > 1.5 * (green[0] as number), "the end is green");
  assert.equal(await numberOf(page.getByTestId("path-start"), "data-iteration"), 0);
  assert.equal(await numberOf(page.getByTestId("path-end"), "data-iteration"), iterates.length - 1);
  assert.match((await page.locator(".plot .title").textContent()) ?? "", /0\.1\b/);
});

test("playback goes back to the first iterate and forward again", async () => {
  const run = await server.create({ expression: "x**2", start: { x: 3 }, settings: { learning_rate: 0.3 }, iterations: 20 });
  await server.over(run.name);
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  const shown = page.getByTestId("path");
  await eventually(async () => assert.ok(Number(await shown.getAttribute("data-iterates")) > 5));
  const all = await shown.getAttribute("data-iterates");
  await page.keyboard.press("Home");
  await eventually(async () => assert.equal(await shown.getAttribute("data-iterates"), "1"));
  await page.keyboard.press("ArrowRight");
  await eventually(async () => assert.equal(await shown.getAttribute("data-iterates"), "2"));
  await page.keyboard.press("End");
  await eventually(async () => assert.equal(await shown.getAttribute("data-iterates"), all));
});
