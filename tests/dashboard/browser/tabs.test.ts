// A browser opens six connections to a server; six tabs, each watching, leave room for questions.
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

test("eight tabs follow eight runs at once, and can still ask", async () => {
  const runs = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      server.create({ function: "rosenbrock", settings: { learning_rate: 1e-5 }, iterations: 1e6, pace: 10, name: `run ${i}` }),
    ),
  );
  const pages = await Promise.all(runs.map((run) => visitor.open(`${server.url}#/runs/${idOf(run)}`)));
  for (const page of pages) {
    await eventually(async () =>
      assert.ok(Number((await page.getByTestId("run-iteration").textContent())?.replace(/\D/g, "")) > 3, page.url()),
    );
  }
  // Each moves on, and answers a click.
  for (const [i, page] of pages.entries()) {
    await page.getByRole("button", { name: "Stop" }).click();
    await eventually(async () => assert.equal(await page.getByTestId("run-state").textContent(), "stopped", `tab ${i}`));
  }
});
