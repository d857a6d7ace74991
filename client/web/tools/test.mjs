// Runs tests of the dashboard with Node's own test runner.
//   node tools/test.mjs unit [name-part]                    arithmetic and state, without a browser
//   THALWEG_BIN=build/release/bin node tools/test.mjs browser [name-part]
//                                                           a real server and a real Chromium
//   THALWEG_BIN=build/release/bin node tools/test.mjs bench   the figures of both together
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const [suite = "unit", wanted = ""] = process.argv.slice(2);
const tests = join(here, "..", "..", "tests", "dashboard", suite);
const sources = readdirSync(tests)
  .filter((name) => /\.(test|bench)\.ts$/.test(name) && name.includes(wanted))
  .map((name) => join(tests, name));
if (sources.length === 0) throw new Error(`no test in ${tests} has "${wanted}" in its name`);

// Within node_modules, so that packages that are not bundled are found.
const cache = join(here, "node_modules", ".cache");
mkdirSync(cache, { recursive: true });
const out = mkdtempSync(join(cache, "test-"));
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
    external: ["playwright-core", "axe-core"],
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".css": "empty" },
    define: { WATCHER_URL: '""' },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const files = readdirSync(out).map((name) => join(out, name));
  // Browsers one after the other: each has the machine for itself.
  const groups = suite === "browser" ? files.map((file) => [file]) : [files];
  for (const group of groups) {
    const run = spawnSync(process.execPath, ["--enable-source-maps", ...(suite === "bench" ? [] : ["--test"]), ...group], {
      stdio: "inherit",
      env: { ...process.env, THALWEG_SOURCE: join(here, "..", "..") },
    });
    if (run.status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
