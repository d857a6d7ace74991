// A live run is paused, stepped, resumed, forked and stopped from the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { RunState } from "../../../client/web/gen/thalweg/v1/run_pb";
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

const endless = { function: "rosenbrock", settings: { learning_rate: 1e-5 }, iterations: 1_000_000, pace: 20 };

test("pause, step, resume, stop", async () => {
  const run = await server.create(endless);
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  const state = page.getByTestId("run-state");
  const iteration = async () => Number((await page.getByTestId("run-iteration").textContent())?.replace(/\D/g, ""));
  await eventually(async () => assert.ok((await iteration()) > 2, "it is live"));

  await page.getByRole("button", { name: "Pause" }).click();
  await eventually(async () => assert.equal(await state.textContent(), "paused"));
  const paused = Number((await server.get(run.name)).iteration);
  await eventually(async () => assert.equal(await iteration(), paused));

  await page.getByRole("button", { name: "Step", exact: true }).click();
  await eventually(async () => assert.equal(await iteration(), paused + 1));
  await eventually(async () => assert.equal((await server.get(run.name)).state, RunState.PAUSED));
  assert.equal(Number((await server.get(run.name)).iteration), paused + 1);

  await page.getByRole("button", { name: "Resume" }).click();
  await eventually(async () => assert.ok((await iteration()) > paused + 3));

  await page.getByRole("button", { name: "Stop" }).click();
  await eventually(async () => assert.equal(await state.textContent(), "stopped"));
  assert.equal((await server.get(run.name)).state, RunState.CANCELLED);
});

test("a fork begins where it left, with another rate", async () => {
  const run = await server.create({ ...endless, pace: 0, iterations: 50 });
  await server.over(run.name);
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  await page.getByRole("button", { name: "Fork…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/iterat/i).first().fill("20");
  const rate = dialog.getByLabel(/learning rate/i).first();
  await rate.fill("0.0001");
  await dialog.getByRole("button", { name: /^fork/i }).click();
  await eventually(async () => assert.notEqual(new URL(page.url()).hash.split("?")[0], `#/runs/${idOf(run)}`));

  const fork = await server.get(new URL(page.url()).hash.slice(2).split("?")[0] as string);
  assert.equal(fork.parent, run.name);
  assert.equal(Number(fork.forkIteration), 20);
  const change = fork.changes.at(-1);
  assert.deepEqual(change?.optimizer?.settings["learning_rate"]?.value, { case: "number", value: 0.0001 });
});

test("the suggested fix is a click away", async () => {
  const run = await server.create({ expression: "x**2", start: { x: 10 }, settings: { learning_rate: 1.1 } });
  await server.over(run.name);
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  const finding = page.locator('[data-code="learning_rate_too_large"]');
  await finding.waitFor();
  await finding.getByRole("button", { name: /^apply/i }).first().click();
  await eventually(async () => assert.notEqual(new URL(page.url()).hash.split("?")[0], `#/runs/${idOf(run)}`));
  const mended = new URL(page.url()).hash.slice(2).split("?")[0] as string;
  const over = await server.over(mended);
  assert.match((await page.getByTestId("ending").textContent()) ?? "", /converged/i);
  assert.deepEqual(over.optimizer?.settings["learning_rate"]?.value, { case: "number", value: 0.5 });
});
