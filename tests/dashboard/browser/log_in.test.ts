// Where the server asks for tokens, so does the page; each tenant sees its own runs.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { eventually, Server, Visitor } from "./harness";

const entry = (token: string, tenant: string, role: string) => `[[tokens]]
name = "${token}"
tenant = "${tenant}"
role = "${role}"
sha256 = "${createHash("sha256").update(token).digest("hex")}"
`;

let server: Server;
let visitor: Visitor;
before(async () => {
  server = await Server.start({ tokens: entry("tw_vision", "vision", "user") + entry("tw_speech", "speech", "viewer") });
  visitor = await Visitor.arrive();
});
after(async () => {
  await visitor.leave();
  await server.stop();
});

test("the page asks for a token, refuses a wrong one, and shows a tenant's own runs", async () => {
  const page = await visitor.open(`${server.url}#/runs`);
  const dialog = page.getByRole("dialog", { name: "This server asks for a token" });
  await dialog.waitFor();
  const field = dialog.getByLabel("Token");

  await field.fill("tw_wrong");
  await dialog.getByRole("button", { name: "Log in" }).click();
  await dialog.getByRole("alert").getByText("this server knows no such token").waitFor();

  await field.fill("tw_vision");
  await dialog.getByRole("button", { name: "Log in" }).click();
  await page.getByText("vision · user").waitFor();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("No runs yet").waitFor();

  // The shared worker's stream is this caller's, too.
  await server.create({ function: "rosenbrock", settings: { learning_rate: 1e-4 }, iterations: 10, name: "mine" }, "tw_vision");
  await page.getByRole("link", { name: "mine", exact: true }).waitFor();

  assert.doesNotMatch(await page.evaluate(() => JSON.stringify(localStorage)), /tw_/);
  await page.getByRole("button", { name: "Log out" }).click();
  await dialog.waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);

  await field.fill("tw_speech");
  await dialog.getByRole("button", { name: "Log in" }).click();
  await page.getByText("speech · viewer").waitFor();
  await page.getByText("No runs yet").waitFor();
  await eventually(async () => assert.equal(await page.getByRole("link", { name: "mine", exact: true }).count(), 0));
});
