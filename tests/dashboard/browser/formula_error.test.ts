// What is wrong with a formula is said at its place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, Server, Visitor } from "./harness";

let server: Server;
let visitor: Visitor;
before(async () => {
  server = await Server.start();
  visitor = await Visitor.arrive();
});
after(async () => {
  // The browser itself notes refused calls of status 4xx; gRPC-Web's refusals come with 200.
  await visitor.leave();
  await server.stop();
});

for (const { formula, marked, at, says } of [
  { formula: "x**2 + foo(x)", marked: "foo", at: 7, says: /foo/ },
  { formula: "x**2 + * 3", marked: "*", at: 7, says: /column 8/ },
  { formula: "a = x**2\na + lgo(x)", marked: "lgo", at: 13, says: /line 2, column 5.*lgo/ },
]) {
  test(`${JSON.stringify(formula)}: ${marked} is marked`, async () => {
    const page = await visitor.open(`${server.url}#/new`);
    const editor = page.getByRole("textbox", { name: "Objective" });
    await editor.fill(formula);

    await eventually(async () => assert.equal(await editor.getAttribute("aria-invalid"), "true"));
    const mark = page.locator(".formula-editor mark.error");
    await eventually(async () => assert.equal((await mark.first().textContent())?.startsWith(marked), true));
    const text = await page.locator(".formula-field .marks").textContent();
    assert.match(text ?? "", says);

    // The mark lies under the text it is about.
    const before = formula.slice(0, at);
    const inMark = await mark.first().evaluate((element) => {
      let ahead = "";
      for (let node = element.previousSibling; node; node = node.previousSibling) ahead = (node.textContent ?? "") + ahead;
      return ahead;
    });
    assert.equal(inMark, before);

    // Mended, it is understood.
    await editor.fill("x**2 + 3");
    await eventually(async () => assert.notEqual(await editor.getAttribute("aria-invalid"), "true"));
  });
}
