// The token of a tab: sent with every call, kept in the tab alone, asked for when it is refused.
import { Code, ConnectError } from "@connectrpc/connect";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { authorization, authorize, heldToken, holdToken, isToken, onRefused } from "../../../client/web/src/wire/session";

const kept = new Map<string, string>();
(globalThis as { sessionStorage?: unknown }).sessionStorage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
};
let refusals = 0;
onRefused(() => ++refusals);
beforeEach(() => {
  kept.clear();
  refusals = 0;
});

const call = async (header: Headers, answer: () => unknown = () => ({})) => {
  const next = authorize(async () => answer() as never);
  await next({ header } as never);
  return header.get("authorization");
};

test("a call carries the token that is held, and none without one", async () => {
  assert.equal(await call(new Headers()), null);
  holdToken("tw_one");
  assert.equal(heldToken(), "tw_one");
  assert.equal(await call(new Headers()), "Bearer tw_one");
  holdToken("");
  assert.equal(await call(new Headers()), null);
  assert.equal(kept.size, 0);
});

test("a token that is tried goes in place of the one held, and its refusal is the dialog's", async () => {
  holdToken("tw_one");
  assert.equal(await call(new Headers(authorization("tw_two"))), "Bearer tw_two");
  const refuse = () => {
    throw new ConnectError("no", Code.Unauthenticated);
  };
  await assert.rejects(call(new Headers(authorization("tw_two")), refuse));
  assert.equal(refusals, 0);
});

test("whoever asks is told when the server wants a token, and of nothing else", async () => {
  const fail = (code: Code) => () => {
    throw new ConnectError("no", code);
  };
  await assert.rejects(call(new Headers(), fail(Code.NotFound)));
  assert.equal(refusals, 0);
  await assert.rejects(call(new Headers(), fail(Code.Unauthenticated)));
  assert.equal(refusals, 1);
});

test("only what a header can carry is a token", () => {
  for (const good of ["tw_abc-_", "x", "a".repeat(512)]) assert.ok(isToken(good));
  for (const bad of ["", "a b", "ä", "a\n", "a".repeat(513)]) assert.ok(!isToken(bad));
});
