// Two variables and more: contours whose minimum is where it is, the path on them, a surface.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
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

test("the minimum lies within the innermost contour, and the path ends there", async () => {
  const run = await server.create({
    expression: "(x - 1)**2 + 4*(y + 0.5)**2",
    start: { x: -2, y: 2 },
    settings: { learning_rate: 0.1 },
    iterations: 200,
  });
  await server.over(run.name);
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  const minimum = page.getByTestId("minimum").first();
  await minimum.waitFor();
  const cell = await page.getByTestId("plot").evaluate((svg) => {
    const span = (axis: string) => Number(svg.getAttribute(`data-${axis}-to`)) - Number(svg.getAttribute(`data-${axis}-from`));
    return { u: span("u") / 50, v: span("v") / 50 };
  });
  const at = async (name: string) => Number(await minimum.getAttribute(name));
  assert.ok(Math.abs((await at("data-u")) - 1) < cell.u);
  assert.ok(Math.abs((await at("data-v")) + 0.5) < cell.v);

  // In pixels: the centre of the innermost band of contours is the mark of the minimum.
  const band = await page.locator('[data-testid="contours"] .band').evaluateAll((bands) => {
    const boxes = bands.map((one) => (one as SVGGraphicsElement).getBBox()).filter(({ width }) => width > 0);
    return boxes.sort((a, b) => a.width * a.height - b.width * b.height)[0];
  });
  assert.ok(band);
  const [, markX, markY] = /translate\(([\d.-]+) ([\d.-]+)\)/.exec((await minimum.getAttribute("transform")) ?? "") ?? [];
  const end = page.getByTestId("path-end");
  const endX = Number(await end.getAttribute("cx"));
  const endY = Number(await end.getAttribute("cy"));
  assert.ok(Math.abs(Number(markX) - endX) < 12 && Math.abs(Number(markY) - endY) < 12, "the path ends at the minimum");
  assert.equal(Number(await end.getAttribute("data-u")).toFixed(3), "1.000");
  assert.equal(Number(await end.getAttribute("data-v")).toFixed(3), "-0.500");
});

test("the same descent is seen on a surface that can be turned", async () => {
  const run = await server.create({ function: "himmelblau", optimizer: "momentum", settings: { learning_rate: 0.005 }, iterations: 300 });
  await server.over(run.name);
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  await page.getByRole("button", { name: "Surface" }).click();
  const canvas = page.locator(".picture canvas").first();
  await canvas.waitFor();
  const picture = () => canvas.screenshot();
  let before = await picture();
  await eventually(async () => {
    const now = await picture();
    const still = now.equals(before);
    before = now;
    assert.ok(still, "it is drawn");
  });
  await canvas.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await eventually(async () => assert.ok(!(await picture()).equals(before), "it turns"));
});

test("a descent of many variables is seen on the plane of its path", async () => {
  const { name } = await server.create({
    expression: "sum((i+1)*x[i]**2 for i in range(8))",
    start: { x: [3, -2, 1, 2, -1, 1, 2, -3] },
    optimizer: "momentum",
    settings: { learning_rate: 0.01 },
    iterations: 200,
  });
  await server.over(name);
  const page = await visitor.open(`${server.url}#/${name}`);
  await eventually(async () => assert.ok(Number(await page.getByTestId("path").getAttribute("data-iterates")) > 10));
  const text = (await page.getByTestId("plot").textContent()) ?? "";
  assert.match(text, /principal direction|x\[0\]/);
});
