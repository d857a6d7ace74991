// Checks dashboards/*.json against dashboard.ts: each is compiled as if it were written in TypeScript.
import {readdirSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "../../../deploy/grafana/dashboards");

const sources = new Map(readdirSync(folder).filter((name) => name.endsWith(".json")).map((name) => [
  join(here, `${name}.ts`),
  `import type {Dashboard} from "./dashboard";\nexport const it: Dashboard =\n${readFileSync(join(folder, name), "utf8")};`,
]));

const options = {
  strict: true, noEmit: true, skipLibCheck: true, types: [],
  target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};
const host = ts.createCompilerHost(options);
const {fileExists, readFile} = host;
host.fileExists = (name) => sources.has(name) || fileExists(name);
host.readFile = (name) => sources.get(name) ?? readFile(name);

const program = ts.createProgram([...sources.keys()], options, host);
const errors = ts.getPreEmitDiagnostics(program);
console.log(ts.formatDiagnostics(errors, {...host, getNewLine: () => "\n"}));
console.log(`${sources.size} dashboards, ${errors.length} errors`);
process.exit(errors.length === 0 && sources.size > 0 ? 0 : 1);
