// Learning from data: a table is brought, a model fitted, and what is seen of it is where the figures say.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { csvOf, tableOf } from "../../../client/web/src/views/gallery/tables";
import { eventually, Server, Visitor } from "./harness";

let server: Server;
let visitor: Visitor;
before(async () => {
  server = await Server.start();
  visitor = await Visitor.arrive();
});
after(async () => {
  // A refused table is the point of one test.
  await visitor.leave(/status of 4\d\d/);
  await server.stop();
});

const file = (name: string, text: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const idIn = (page: Page): string => new URL(page.url()).hash.split("/")[2]?.split("?")[0] ?? "";

/** Brings a table by the page's own button; its id. */
async function bring(page: Page, name: string, text: string): Promise<string> {
  await page.goto(`${server.url}#/data`);
  await page.getByLabel("Table to upload").setInputFiles(file(name, text));
  await page.waitForURL(/#\/data\/s[0-9a-f]+/);
  return idIn(page);
}

/** Starts the fit that the address's form describes; the run's name. */
async function fit(page: Page, query: Record<string, string>): Promise<string> {
  await page.goto(`${server.url}#/fit?${new URLSearchParams(query)}`);
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  await page.waitForURL(/#\/runs\//);
  const name = `runs/${idIn(page)}`;
  await server.over(name);
  return name;
}

const kLine = { title: "line.csv", text: `x,y\n${Array.from({ length: 21 }, (_, i) => `${i / 10},${3 - 2 * (i / 10)}`).join("\n")}\n` };

test("a table that is uploaded is shown with its columns and rows", async () => {
  const page = await visitor.open(server.url);
  await bring(page, "line.csv", kLine.text);
  await page.getByRole("heading", { name: "line.csv" }).waitFor();
  const column = page.getByRole("article", { name: "Column y" });
  await column.waitFor();
  assert.match((await column.textContent()) ?? "", /mean1(?!\d)/);
  await eventually(async () => assert.ok((await column.locator("rect").count()) > 3));
  const cells = await page.getByRole("region", { name: "Rows" }).locator("tbody tr").nth(1).locator("td").allTextContents();
  assert.deepEqual(cells, ["1", "0.1", "2.8"]);

  await page.goto(`${server.url}#/data`);
  await page.getByRole("link", { name: "line.csv", exact: true }).waitFor();
  await page.close();
});

test("a table that is wrong is refused with its row and column, and nothing of it is kept", async () => {
  const page = await visitor.open(`${server.url}#/data`);
  await page.getByLabel("Table to upload").setInputFiles(file("ragged.csv", "a,b\n1,2\n3,4,5\n"));
  const said = page.getByTestId("upload-problem");
  await said.waitFor();
  assert.match((await said.textContent()) ?? "", /(row|line) \d/);
  await page.reload();
  await page.getByRole("heading", { name: "Data" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "ragged.csv" }).count(), 0);
  await page.close();
});

test("a line is fitted through points on a line: it is drawn through them, its coefficients are in the table's units", async () => {
  const page = await visitor.open(server.url);
  const dataset = await bring(page, "line.csv", kLine.text);
  await fit(page, { dataset, target: "y", optimizer: "lbfgs" });

  const line = page.getByTestId("fit-line");
  await eventually(async () => {
    const [from, to] = await Promise.all([page.getByTestId("data-plot").getAttribute("data-x-from"), page.getByTestId("data-plot").getAttribute("data-x-to")]);
    const [first, last] = await Promise.all([line.getAttribute("data-first"), line.getAttribute("data-last")]);
    assert.ok(Math.abs(Number(first) - (3 - 2 * Number(from))) < 1e-3, `${first} at ${from}`);
    assert.ok(Math.abs(Number(last) - (3 - 2 * Number(to))) < 1e-3, `${last} at ${to}`);
  });
  // As drawn: the dots' path and the line's meet where the points are.
  const off = await page.evaluate(() => {
    const plot = document.querySelector("[data-testid=data-plot]") as SVGSVGElement;
    const path = plot.querySelector("[data-testid=fit-line]") as SVGPathElement;
    const dots = [...(plot.querySelector(".data-dots path")?.getAttribute("d") ?? "").matchAll(/M([\d.-]+) ([\d.-]+)h0/g)].map((m) => [Number(m[1]), Number(m[2])] as const);
    const [a, b] = [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())];
    return Math.max(...dots.map(([x, y]) => Math.abs(a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y) - y)));
  });
  assert.ok(off < 1, `${off} pixels`);

  const coefficient = async (name: string) => Number(await page.locator(`[data-coefficient="${name}"]`).getAttribute("data-value"));
  await eventually(async () => assert.ok(Math.abs((await coefficient("x")) + 2) < 1e-4));
  assert.ok(Math.abs((await coefficient("(intercept)")) - 3) < 1e-4);

  // Played back to the beginning it is another line.
  await page.getByRole("button", { name: "First iterate" }).click();
  await eventually(async () => assert.ok(Math.abs(Number(await line.getAttribute("data-first")) - 3) > 0.5));
  await page.close();
});

test("two classes are parted by a boundary, each on its side", async () => {
  const page = await visitor.open(server.url);
  const dataset = await bring(page, "moons.csv", csvOf(tableOf("moons")));
  await fit(page, { dataset, target: "crescent", model: "logistic", optimizer: "lbfgs", validation: "0.25" });
  await page.getByTestId("boundary").waitFor();

  // The upper crescent's middle lies above the boundary, the lower one's below.
  const heights = await page.evaluate(() => {
    const plot = document.querySelector("[data-testid=data-plot]") as SVGSVGElement;
    const middle = (dots: Element) => {
      const all = [...(dots.querySelector("path")?.getAttribute("d") ?? "").matchAll(/M([\d.-]+) ([\d.-]+)h0/g)].map((m) => Number(m[2]));
      return all.reduce((a, b) => a + b, 0) / all.length;
    };
    const [lower, upper] = [...plot.querySelectorAll(".data-dots")].map(middle);
    const boundary = plot.querySelector("[data-testid=boundary]") as SVGPathElement;
    const box = plot.getBoundingClientRect();
    const matrix = boundary.getScreenCTM() as DOMMatrix;
    const x = box.width / 2;
    let y = NaN;
    let nearest = Infinity;
    for (let at = 0; at < boundary.getTotalLength(); at += 0.25) {
      const point = boundary.getPointAtLength(at).matrixTransform(matrix);
      const inside = point.y - box.top > 60 && point.y - box.top < box.height - 60;
      const away = Math.abs(point.x - box.left - x);
      if (inside && away < nearest) [nearest, y] = [away, point.y - box.top];
    }
    return { lower, upper, boundary: y };
  });
  assert.ok((heights.upper ?? NaN) < heights.boundary && heights.boundary < (heights.lower ?? NaN), JSON.stringify(heights));

  const confusion = page.getByTestId("confusion");
  await confusion.waitFor();
  const cells = (await confusion.locator("td").allTextContents()).map(Number);
  assert.equal(cells.length, 4);
  assert.ok((cells[0] ?? 0) + (cells[3] ?? 0) > 3 * ((cells[1] ?? 0) + (cells[2] ?? 0)), cells.join());
  await page.close();
});

test("batches have learning curves over epochs, with the best of validation marked", async () => {
  const page = await visitor.open(server.url);
  const dataset = await bring(page, "moons.csv", csvOf(tableOf("moons")));
  await fit(page, {
    dataset,
    target: "crescent",
    model: "mlp(layers=[6,6])",
    optimizer: "adam(learning_rate=0.02)",
    batches: "shuffled(size=24)",
    stop: "epochs(threshold=15)",
    validation: "0.25",
    seed: "1",
  });
  await eventually(async () => assert.match((await page.getByTestId("best-learnt").textContent()) ?? "", /Best of validation: .* at epoch/));
  for (const series of ["batch", "training", "validation", "layer-0"]) await page.locator(`[data-series="${series}"]`).waitFor();
  await page.close();
});

test("what is wrong with a fit is said at its place", async () => {
  const page = await visitor.open(server.url);
  const dataset = await bring(page, "line.csv", kLine.text);
  await page.goto(`${server.url}#/fit?dataset=${dataset}`);
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  const place = page.locator('[data-field="run.objective.model.target"]');
  await eventually(async () => assert.match((await place.textContent()) ?? "", /choose the column/));

  await page.goto(`${server.url}#/fit?${new URLSearchParams({ dataset, target: "y", features: "gone" })}`);
  await eventually(async () => assert.match((await page.locator('[data-field="run.objective.model.features"]').textContent()) ?? "", /gone/));
  await page.close();
});

test("a lesson is one click away: three sizes of batches on one surface", async () => {
  const page = await visitor.open(server.url);
  await page.getByRole("button", { name: "All three on one surface" }).click();
  await page.waitForURL(/#\/studies\//);
  const name = `studies/${idIn(page)}`;
  await eventually(async () => {
    const { study } = await server.api().studies.getStudy({ name });
    assert.ok(study?.results);
    assert.equal(study.arms.length, 3);
  });
  await eventually(async () => assert.equal(await page.getByTestId("path").count(), 3));
  await eventually(async () => assert.match((await page.locator(".race-curves").textContent()) ?? "", /epochs/));
  await page.close();
});
