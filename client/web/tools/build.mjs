// Bundles the dashboard: index.html, and assets/ with names made of their content.
//   node tools/build.mjs [--out dist] [--watch]
import { build } from "esbuild";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const argument = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const out = resolve(argument("--out", join(here, "dist")));

const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  entryNames: "assets/[name]-[hash]",
  chunkNames: "assets/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  outdir: out,
  metafile: true,
  legalComments: "none", // licences are in licences.txt
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
};

const outputOf = (result, source) =>
  Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint === source);
const url = (path) => `assets/${basename(path)}`;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// The shared worker first: the page is told its name.
const worker = await build({ ...shared, entryPoints: ["src/wire/shared_watcher.ts"] });
const [workerFile] = outputOf(worker, "src/wire/shared_watcher.ts");
const page = await build({
  ...shared,
  splitting: true,
  entryPoints: ["src/main.tsx"],
  define: { ...shared.define, WATCHER_URL: JSON.stringify(url(workerFile)) },
});
const [script, { cssBundle }] = outputOf(page, "src/main.tsx");

const html = readFileSync(join(here, "index.html"), "utf8")
  .replace("$SCRIPT", url(script))
  .replace("$STYLE", url(cssBundle));
writeFileSync(join(out, "index.html"), html);

// What is inside, and under which licence.
const inside = new Set(
  [worker, page].flatMap((result) =>
    Object.keys(result.metafile.inputs)
      .map((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
      .filter(Boolean),
  ),
);
const licences = [...inside].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : about.license;
  return `${name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
});
writeFileSync(join(out, "licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
