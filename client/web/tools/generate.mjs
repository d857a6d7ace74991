// Generates src's messages and services, gen/, from the same protos as the server's.
//   node tools/generate.mjs [--out gen]
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const protos = join(here, "..", "..", "proto");
const out = join(here, "gen");

const files = ["thalweg/v1", "google/rpc"].flatMap((folder) =>
  readdirSync(join(protos, folder))
    .filter((name) => name.endsWith(".proto"))
    .map((name) => `${folder}/${name}`),
);
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync(
  "protoc",
  [
    `-I${protos}`,
    `--plugin=protoc-gen-es=${join(here, "node_modules/.bin/protoc-gen-es")}`,
    `--es_out=${out}`,
    "--es_opt=target=ts",
    ...files,
  ],
  { stdio: "inherit" },
);
