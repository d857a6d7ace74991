// A newcomer types a function, presses Start, and sees it descended.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { RunState, TerminationReason } from "../../../client/web/gen/thalweg/v1/run_pb";
import { eventually, Server, Visitor } from "./harness";

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

test("a run is started from the page and seen to end", async () => {
  const page = await visitor.open(`${server.url}#/new`);
  await page.getByRole("textbox", { name: "Objective" }).fill("(x - 2.5)**2 - 1");
  await page.getByLabel("Start: x", { exact: true }).fill("0");
  await page.getByLabel("learning rate", { exact: false }).first().fill("0.1");
  await page.getByRole("button", { name: "Start", exact: true }).click();

  await page.waitForURL(/#\/runs\//);
  await eventually(async () => assert.equal(await page.getByTestId("run-state").textContent(), "finished"));
  const name = `runs/${new URL(page.url()).hash.split("/")[2]?.split("?")[0]}`;
  const run = await server.get(name);
  assert.equal(run.state, RunState.FINISHED);
  assert.equal(run.termination?.reason, TerminationReason.CONVERGED);
  assert.ok(Math.abs((run.best?.x?.values["x"]?.values[0] ?? NaN) - 2.5) < 1e-4);

  // What the page says is what the server has.
  const shown = (await page.getByTestId("run-iteration").textContent())?.replace(/\D/g, "");
  assert.equal(shown, String(run.iteration));
  assert.match((await page.getByTestId("ending").textContent()) ?? "", /converged/i);
});

test("the same address opens the same form again", async () => {
  const page = await visitor.open(`${server.url}#/new`);
  await page.getByRole("textbox", { name: "Objective" }).fill("x**4 - 3*x**2 + x");
  await page.getByLabel("Start: x", { exact: true }).fill("1.75");
  await eventually(async () => assert.match(page.url(), /1\.75/));

  const again = await visitor.open(page.url());
  assert.equal(await again.getByRole("textbox", { name: "Objective" }).inputValue(), "x**4 - 3*x**2 + x");
  assert.equal(await again.getByLabel("Start: x", { exact: true }).inputValue(), "1.75");
});

test("a start that is dragged on the picture is the start of the run", async () => {
  const page = await visitor.open(`${server.url}#/new`);
  await page.getByRole("textbox", { name: "Objective" }).fill("x**2 + 3*y**2");
  const handle = page.getByTestId("start-handle");
  await handle.waitFor();
  await handle.focus();
  const before = await page.getByLabel("Start: x", { exact: true }).inputValue();
  await page.keyboard.press("ArrowRight");
  await eventually(async () =>
    assert.ok(Number(await page.getByLabel("Start: x", { exact: true }).inputValue()) > Number(before)),
  );
});
