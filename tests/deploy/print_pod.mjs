// Prints parts of the server's container in a rendered overlay, for tests/deploy/container.sh:
//   node tests/deploy/print_pod.mjs production env              NAME=value, a line each
//   node tests/deploy/print_pod.mjs production livenessProbe    the words of an exec probe's command, a line each
import { yamlDocuments } from "./support.mjs";

const [overlay, part] = process.argv.slice(2);
const workload = yamlDocuments(`deploy/kubernetes/rendered/${overlay}.yaml`)
  .find(({ kind }) => kind === "StatefulSet" || kind === "Deployment");
const [server] = workload.spec.template.spec.containers;
const lines = part === "env" ? server.env.map(({ name, value }) => `${name}=${value}`) : server[part].exec.command;
console.log(lines.join("\n"));
