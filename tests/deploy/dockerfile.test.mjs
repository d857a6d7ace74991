// The Dockerfile's rules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "./support.mjs";

/** [instruction, arguments] of each, continued lines joined. */
const instructions = text("Dockerfile").replace(/\\\n/g, " ").split("\n")
  .filter((line) => line.trim() && !line.startsWith("#"))
  .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()).slice(1));
const given = (instruction) => instructions.filter(([name]) => name === instruction).map(([, rest]) => rest);
const last = instructions.slice(instructions.map(([name]) => name).lastIndexOf("FROM"));

test("every stage starts from Debian's slim image", () => {
  for (const from of given("FROM")) assert.match(from, /^docker\.io\/library\/debian:bookworm-slim( AS [a-z]+)?$/);
});

test("it runs as nobody, with one volume", () => {
  assert.deepEqual(given("USER"), ["65532:65532"]);
  assert.deepEqual(given("VOLUME"), ["/data"]);
});

test("it starts, checks its health and stops without a shell", () => {
  for (const [name, rest] of last.filter(([name]) => ["ENTRYPOINT", "CMD", "HEALTHCHECK"].includes(name))) {
    assert.match(rest, /\["[^"]+"(, "[^"]+")*\]$/, name);
  }
  assert.match(given("HEALTHCHECK")[0], /"health"/);
  assert.deepEqual(given("STOPSIGNAL"), ["SIGTERM"]);
});

test("the sources are copied after the packages are installed", () => {
  const at = (pattern) => instructions.findIndex(([, rest]) => pattern.test(rest));
  assert.ok(at(/install\.sh build/) < at(/^server /));
});

test("it says what it is, of the version that is built", () => {
  const labels = given("LABEL").join(" ");
  for (const name of ["title", "description", "version", "revision", "source", "licenses", "base.name"]) {
    assert.match(labels, new RegExp(`org\\.opencontainers\\.image\\.${name}=`));
  }
  const [, version] = /project\(thalweg VERSION (\S+)/.exec(text("CMakeLists.txt"));
  for (const argument of given("ARG").filter((name) => name.startsWith("VERSION"))) {
    assert.equal(argument, `VERSION=${version}`);
  }
});
