// Runs every lesson of the gallery on a server, prints how each ended, and writes the sketches on its cards.
//   node tools/sketch_lessons.mjs http://127.0.0.1:8080 [lesson]
// With a lesson's id only that one is run, and nothing is written.
import { build } from "esbuild";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const [server, lesson] = process.argv.slice(2);
const cache = join(here, "node_modules", ".cache");
mkdirSync(cache, { recursive: true });
const out = mkdtempSync(join(cache, "sketch-"));
try {
  const outfile = join(out, "sketch.mjs");
  await build({
    absWorkingDir: here,
    entryPoints: [join(here, "tools", "sketch_lessons.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    target: ["node18"],
    outfile,
    define: { WATCHER_URL: '""' },
    logLevel: "warning",
  });
  const { sketchLessons } = await import(pathToFileURL(outfile).href);
  const text = await sketchLessons(server, lesson);
  if (!lesson) writeFileSync(join(here, "src/views/gallery/sketches.ts"), text);
} finally {
  rmSync(out, { recursive: true, force: true });
}
