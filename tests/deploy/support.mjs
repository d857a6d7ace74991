// What the checks of deploy/ share.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export const text = (path) => readFileSync(root + path, "utf8");

/** The documents of a YAML file; merge keys (<<) are resolved, duplicate keys are errors. */
export function yamlDocuments(path) {
  return parseAllDocuments(text(path), { merge: true }).map((document) => {
    if (document.errors.length) throw new Error(`${path}: ${document.errors[0].message}`);
    return document.toJS();
  }).filter((value) => value !== null);
}

export const run = (command, ...given) =>
  execFileSync(command, given, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });

/** Whether a command can be run, asked with arguments that change nothing. */
export const can = (command, ...given) => spawnSync(command, given, { stdio: "ignore" }).status === 0;
