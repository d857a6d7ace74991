// Everybody can use it: WCAG AA by axe, light and dark, on a desk and on a phone.
import axeCore from "axe-core";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, idOf, Server, Visitor } from "./harness";

let server: Server;
let views: string[];
before(async () => {
  server = await Server.start();
  const run = await server.create({ function: "himmelblau", optimizer: "momentum", settings: { learning_rate: 0.005 }, iterations: 200 });
  const diverged = await server.create({ expression: "x**2", start: { x: 10 }, settings: { learning_rate: 1.1 } });
  const { study } = await server.api().studies.createStudy({
    study: {
      run: { objective: { kind: { case: "function", value: "beale" } } },
      vary: [
        {
          path: "optimizer",
          values: ["lbfgs", "nelder_mead"].map((kind) => ({ value: { case: "text" as const, value: kind } })),
        },
      ],
    },
  });
  await server.over(run.name);
  await server.over(diverged.name);
  await eventually(async () => {
    const { study: now } = await server.api().studies.getStudy({ name: study?.name as string });
    assert.ok(now?.results);
  });
  views = ["gallery", "new", "runs", `runs/${idOf(run)}`, `runs/${idOf(diverged)}`, "studies", "studies?new=1", study?.name as string];
});
after(() => server.stop());

for (const { name, options } of [
  { name: "light, on a desk", options: {} },
  { name: "dark, on a desk", options: { dark: true } },
  { name: "light, on a phone", options: { width: 390, height: 844 } },
]) {
  test(`no view breaks a rule of WCAG AA: ${name}`, async () => {
    const visitor = await Visitor.arrive(options);
    for (const view of views) {
      const page = await visitor.open(`${server.url}#/${view}`);
      await page.locator("main h1, main h2").first().waitFor();
      await page.waitForTimeout(1_000); // for what is asked of the server; streams never come to rest
      await page.evaluate(axeCore.source);
      const found = await page.evaluate(async () => {
        const axe = (window as unknown as { axe: typeof axeCore }).axe;
        const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
      });
      assert.deepEqual(found, [], view);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wider <= 0, `${view} is ${wider} pixels wider than its window`);
      await page.close();
    }
    await visitor.leave();
  });
}
