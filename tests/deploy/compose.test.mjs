// compose.yaml: what it must be, and that Compose reads it.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { can, root, run, text, yamlDocuments } from "./support.mjs";

const [compose] = yamlDocuments("deploy/compose.yaml");
const services = Object.entries(compose.services);

test("Compose reads it", { skip: can("docker-compose", "version") ? false : "docker-compose is not here" }, () => {
  const folder = mkdtempSync(`${tmpdir()}/compose-`);
  try {  // Debian's Compose is of before projects could be named in the file
    writeFileSync(`${folder}/compose.yaml`, text("deploy/compose.yaml").replace(/^name: .*$/m, ""));
    const base = ["--project-directory", `${root}deploy`, "-f", `${folder}/compose.yaml`];
    run("docker-compose", ...base, "config", "--quiet");
    run("docker-compose", ...base, "-f", "deploy/compose.tls.yaml", "config", "--quiet");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every service has a read-only root and no rights", () => {
  for (const [name, service] of services) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ["ALL"], name);
    assert.ok(service.security_opt.includes("no-new-privileges:true"), name);
  }
});

test("ports are published on loopback alone, unless asked otherwise", () => {
  for (const [, service] of services) {
    for (const port of service.ports ?? []) assert.match(port, /^(127\.0\.0\.1|\$\{THALWEG_BIND:-127\.0\.0\.1\}):/);
  }
});

test("with TLS nothing but metrics is plain, and those stay on loopback", () => {
  const { environment, ports } = yamlDocuments("deploy/compose.tls.yaml")[0].services.thalwegd;
  assert.equal(environment.THALWEG_PLAINTEXT, "off");
  const [, metrics] = environment.THALWEG_METRICS_ADDRESS.split(":");
  for (const port of [...compose.services.thalwegd.ports, ...ports]) {
    if (port.endsWith(`:${metrics}`)) assert.match(port, /^127\.0\.0\.1:/);
  }
});

test("images have versions, and ours is the one that is built", () => {
  for (const [name, { image }] of services) {
    if (name === "thalwegd" || name === "demo") assert.match(image, /^thalweg:/);
    else assert.match(image, /:v?\d+\.\d+\.\d+$/, name);
  }
});

test("what is mounted from deploy/ exists", () => {
  const mounted = services.flatMap(([, service]) => service.volumes ?? [])
    .map((volume) => volume.split(":")[0]).filter((path) => path.startsWith("./"));
  assert.ok(mounted.length >= 3);
  for (const path of mounted) assert.ok(existsSync(`${root}deploy/${path}`), path);
});

test("volumes that are used are declared, and none besides", () => {
  const used = services.flatMap(([, service]) => service.volumes ?? [])
    .map((volume) => volume.split(":")[0]).filter((name) => !name.startsWith("."));
  assert.deepEqual([...new Set(used)].sort(), Object.keys(compose.volumes).sort());
});

test("Prometheus scrapes a service of that name, Grafana asks one of that name", () => {
  const [{ scrape_configs: scraped }] = yamlDocuments("deploy/prometheus/prometheus.yml");
  const [target] = scraped.find((job) => job.job_name === "thalweg").static_configs[0].targets;
  assert.ok(compose.services[target.split(":")[0]], target);
  const [{ datasources }] = yamlDocuments("deploy/grafana/provisioning/datasources/prometheus.yml");
  assert.ok(compose.services[new URL(datasources[0].url).hostname], datasources[0].url);
});
