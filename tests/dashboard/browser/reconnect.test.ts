// The server is killed and comes back: the page goes on by itself, with nothing missing or doubled.
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
  await visitor.leave(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/);
  await server.stop();
});

test("a live run is followed over a kill -9", async () => {
  const iterations = 250; // at 8 a second it lasts longer than the server is away
  const run = await server.create({ function: "rosenbrock", settings: { learning_rate: 1e-4 }, iterations, pace: 8 });
  const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
  const iteration = async () => Number((await page.getByTestId("run-iteration").textContent())?.replace(/\D/g, ""));
  await eventually(async () => assert.ok((await iteration()) > 10));

  await server.kill();
  await eventually(async () => assert.match((await page.locator(".banner").textContent()) ?? "", /cannot be reached/));
  await server.run();
  await eventually(async () => assert.equal(await page.locator(".banner").count(), 0));
  await eventually(async () => assert.equal(await page.getByTestId("run-state").textContent(), "finished"));

  // Every iterate is in the page's table once, with the server's value.
  await eventually(async () =>
    assert.equal(await page.getByTestId("path").getAttribute("data-iterates"), String(iterations + 1)),
  );
  const download = page.waitForEvent("download");
  await page.getByRole("group", { name: "Export: Trace" }).getByRole("button", { name: /csv/i }).click();
  const rows = await readAll(await (await download).createReadStream());
  const lines = rows.split("\n").filter((line) => /^\d/.test(line));
  const values = (await server.iterates(run.name)).flatMap((batch) => batch.value);
  assert.deepEqual(
    lines.map((line) => Number(line.split(",")[0])),
    Array.from({ length: iterations + 1 }, (_, i) => i),
  );
  assert.deepEqual(lines.map((line) => Number(line.split(",")[1])), values);
});

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}
