// Runs the unit tests of test/unit with Node's own test runner.
//   node tools/test.mjs [name-part]
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const tests = join(here, "..", "..", "tests", "dashboard", "unit");
const wanted = process.argv[2] ?? "";
const sources = readdirSync(tests)
  .filter((name) => name.endsWith(".test.ts") && name.includes(wanted))
  .map((name) => join(tests, name));

const out = mkdtempSync(join(tmpdir(), "dashboard-test-"));
try {
  await build({
    absWorkingDir: here,
    entryPoints: sources,
    bundle: true,
    platform: "node",
    format: "esm",
    target: ["node18"],
    outdir: out,
    outExtension: { ".js": ".mjs" },
    nodePaths: [join(here, "node_modules")],
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { WATCHER_URL: '""' },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const files = readdirSync(out).map((name) => join(out, name));
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
