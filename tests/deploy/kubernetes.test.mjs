// The rendered manifests: fresh, valid for Kubernetes, and as careful as they are meant to be.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { can, root, run, text, yamlDocuments } from "./support.mjs";

const require = createRequire(import.meta.url);
const folder = "deploy/kubernetes/";
const overlays = readdirSync(`${root}${folder}overlays`).sort();
const rendered = new Map(overlays.map((name) => [name, yamlDocuments(`${folder}rendered/${name}.yaml`)]));
const find = (overlay, kind, name) =>
  rendered.get(overlay).find((object) => object.kind === kind && (!name || object.metadata.name === name));
const podOf = (overlay) => (find(overlay, "StatefulSet") ?? find(overlay, "Deployment")).spec.template.spec;

/** Where the model of an object's kind is: [npm module, path, class]. */
function modelOf({ apiVersion, kind }) {
  const packageName = apiVersion.startsWith("monitoring.coreos.com/")
    ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  return `${packageName}/${apiVersion}/${kind}`;
}

test("what is rendered follows from the sources", () => {
  const sources = run(`${folder}render.sh`, "--digest").trim();
  for (const name of overlays) {
    assert.ok(text(`${folder}rendered/${name}.yaml`).split("\n", 1)[0].endsWith(sources),
      `rendered/${name}.yaml is stale: run ${folder}render.sh`);
  }
});

/** The command that renders, of kustomize 5; Debian's kubectl has one from 2019. */
function kustomize() {
  if (can("kustomize", "version")) return ["kustomize", "build"];
  if (!can("kubectl", "version", "--client")) return undefined;
  return /Kustomize Version: v[5-9]/.test(run("kubectl", "version", "--client")) ? ["kubectl", "kustomize"] : undefined;
}

const renderer = kustomize();
test("kustomize renders the same", { skip: renderer ? false : "there is no kustomize 5" }, () => {
  for (const name of overlays) {
    const fresh = run(...renderer, `${folder}overlays/${name}`);
    assert.equal(text(`${folder}rendered/${name}.yaml`).split("\n").slice(1).join("\n"), fresh, name);
  }
});

test("every object has what Kubernetes requires, with values that it permits", () => {
  for (const [name, objects] of rendered) {
    for (const object of objects) {
      const model = require(modelOf(object))[object.kind];
      assert.doesNotThrow(() => new model(object).validate(), `${name}: ${object.kind} ${object.metadata.name}`);
    }
  }
});

/** Type errors of objects, written as literals so that fields unknown to their kinds are among them. */
function typeErrors(objects) {
  const where = mkdtempSync(`${root}tests/deploy/types-`);
  try {
    const lines = objects.map((object, i) => `import type { I${object.kind} as T${i} } from "${modelOf(object)}";\n` +
      `export const object${i}: T${i} = ${JSON.stringify(object)};\n`);
    writeFileSync(`${where}/objects.ts`, lines.join(""));
    const tsc = require.resolve("typescript/bin/tsc");
    run("node", tsc, "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "node", "--module", "es2022",
      `${where}/objects.ts`);
    return "";
  } catch (error) {
    return error.stdout;
  } finally {
    rmSync(where, { recursive: true });
  }
}

test("no object has a field that its kind does not know", () => {
  assert.equal(typeErrors([...rendered.values()].flat()), "");
});

test("a misspelt field would be found", () => {
  const pod = structuredClone(find("production", "StatefulSet"));
  pod.spec.template.spec.containers[0].livenesProbe = {};
  assert.match(typeErrors([pod]), /livenesProbe/);
});

test("pods run as nobody, on a root that cannot be written to, without rights", () => {
  for (const name of overlays) {
    const pod = podOf(name);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(pod.securityContext.runAsUser, 65532);
    assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
    assert.equal(pod.automountServiceAccountToken, false);
    for (const { securityContext } of pod.containers) {
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.equal(securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(securityContext.capabilities.drop, ["ALL"]);
    }
  }
});

test("the grace period is longer than the drain", () => {
  for (const name of overlays) {
    const pod = podOf(name);
    const drain = pod.containers[0].env.find((variable) => variable.name === "THALWEG_DRAIN_SECONDS");
    assert.ok(pod.terminationGracePeriodSeconds > Number(drain.value));
  }
});

/** What a probe asks the health service for: "" is the whole server. */
const asked = (probe) =>
  probe.grpc ? probe.grpc.service ?? "" : probe.exec.command[probe.exec.command.indexOf("--service") + 1 || Infinity] ?? "";

test("start-up, liveness and readiness ask for different things", () => {
  for (const name of ["development", "production"]) {
    const [server] = podOf(name).containers;
    assert.equal(asked(server.startupProbe), "", name);
    assert.equal(asked(server.livenessProbe), "live", name);
    assert.equal(asked(server.readinessProbe), "ready", name);
  }
});

test("production encrypts, asks for tokens, and keeps its secrets from others", () => {
  const pod = podOf("production");
  const value = Object.fromEntries(pod.containers[0].env.map((variable) => [variable.name, variable.value]));
  assert.equal(value.THALWEG_PLAINTEXT, "off");
  assert.ok(value.THALWEG_TLS_CERTIFICATE_FILE && value.THALWEG_TLS_KEY_FILE && value.THALWEG_TOKENS_FILE);
  for (const { secret } of pod.volumes.filter((volume) => volume.secret)) assert.equal(secret.defaultMode, 0o440);
  assert.deepEqual(find("production", "NetworkPolicy").spec.egress, []);
});

test("production holds every rule of deploy/prometheus/rules", () => {
  const wanted = readdirSync(`${root}deploy/prometheus/rules`).sort()
    .flatMap((file) => yamlDocuments(`deploy/prometheus/rules/${file}`)).flatMap(({ groups }) => groups);
  const held = rendered.get("production").filter(({ kind }) => kind === "PrometheusRule")
    .flatMap(({ spec }) => spec.groups);
  assert.deepEqual(held, wanted);
});

test("selectors find the pods, and ports have the names that others use", () => {
  for (const name of ["development", "production"]) {
    const { metadata, spec } = find(name, "StatefulSet").spec.template;
    const ports = spec.containers[0].ports.map((port) => port.name);
    for (const service of rendered.get(name).filter(({ kind }) => kind === "Service")) {
      for (const [key, value] of Object.entries(service.spec.selector)) assert.equal(metadata.labels[key], value);
      for (const port of service.spec.ports) assert.ok(ports.includes(port.targetPort), `${name}: ${port.targetPort}`);
    }
  }
  const monitor = find("production", "ServiceMonitor");
  const target = find("production", "Service", "thalweg-pods");
  for (const [key, value] of Object.entries(monitor.spec.selector.matchLabels)) {
    assert.equal(target.metadata.labels[key], value);
  }
  assert.ok(target.spec.ports.some(({ name }) => name === monitor.spec.endpoints[0].port));
  assert.equal(target.metadata.labels[monitor.spec.jobLabel], "thalweg");  // the job that the rules expect
});
