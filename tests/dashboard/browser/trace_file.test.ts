// A trace that was exported opens again, also where there is no server any more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { eventually, idOf, Server, Visitor } from "./harness";

let server: Server;
let visitor: Visitor;
before(async () => {
  server = await Server.start();
  visitor = await Visitor.arrive();
});
after(async () => {
  await visitor.leave(/ERR_CONNECTION/);
  await server.stop();
});

for (const kind of ["JSON", "CSV"]) {
  test(`${kind}: exported, and dropped on a page whose server is gone`, async () => {
    await server.run();
    const run = await server.create({ function: "beale", optimizer: "momentum", settings: { learning_rate: 0.001 }, iterations: 300 });
    const over = await server.over(run.name);
    const page = await visitor.open(`${server.url}#/runs/${idOf(run)}`);
    const download = page.waitForEvent("download");
    await page.getByRole("group", { name: "Export: Trace" }).getByRole("button", { name: new RegExp(kind, "i") }).click();
    const file = readFileSync((await (await download).path()) as string, "utf8");

    await server.kill();
    await page.evaluate(
      ({ text, name }) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        const target = document.querySelector(".drop-target") as HTMLElement;
        target.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      { text: file, name: `trace.${kind.toLowerCase()}` },
    );
    await page.waitForURL(/#\/file/);
    await eventually(async () =>
      assert.equal(await page.getByTestId("path").getAttribute("data-iterates"), String(Number(over.iteration) + 1)),
    );
    await page.close();
  });
}
