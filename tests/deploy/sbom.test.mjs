// The bill of materials, made on this machine as the Dockerfile makes it: SPDX 2.3, and complete.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import parse from "spdx-expression-parse";
import { licenceId, licenceOfCopyright } from "../../deploy/image/licences.mjs";
import { root, run, text } from "./support.mjs";

const programs = ["thalwegd", "thalweg"].map((name) => `${process.env.THALWEG_BIN ?? `${root}build/release/bin`}/${name}`);
const folder = mkdtempSync(`${tmpdir()}/sbom-`);
after(() => rmSync(folder, { recursive: true }));

/** Collects into folder/image as for a base that has no package, and makes the bill. */
function bill() {
  mkdirSync(`${folder}/base/info`, { recursive: true });
  mkdirSync(`${folder}/base/updates`);
  writeFileSync(`${folder}/base/status`, "");
  run("deploy/image/collect.sh", `${folder}/base`, `${folder}/image`, ...programs);
  const make = () => run("env", "SOURCE_DATE_EPOCH=1700000000", "node", "deploy/image/sbom.mjs", "--version", "0.1.0",
    "--revision", "0123456789ab", "--base", `${folder}/base/status`, "--added", `${folder}/image/var/lib/dpkg/status.d`,
    "--lock", "client/web/package-lock.json");
  const bytes = make();
  assert.equal(make(), bytes, "the same inputs give the same bytes");
  return JSON.parse(bytes);
}

const here = programs.every(existsSync);
const sbom = here ? bill() : undefined;
const skip = here ? false : "thalwegd and thalweg are not built";

test("the document has what SPDX 2.3 requires", { skip }, () => {
  assert.equal(sbom.spdxVersion, "SPDX-2.3");
  assert.equal(sbom.dataLicense, "CC0-1.0");
  assert.equal(sbom.SPDXID, "SPDXRef-DOCUMENT");
  assert.ok(sbom.name);
  assert.match(sbom.documentNamespace, /^https:\/\/[^#]+$/);
  assert.equal(sbom.creationInfo.created, "2023-11-14T22:13:20Z");
  for (const creator of sbom.creationInfo.creators) assert.match(creator, /^(Tool|Person|Organization): ./);
});

test("every package has what SPDX 2.3 requires, and a package URL", { skip }, () => {
  const purposes = ["APPLICATION", "CONTAINER", undefined];
  for (const item of sbom.packages) {
    assert.match(item.SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);
    assert.ok(item.name && item.versionInfo, item.SPDXID);
    assert.equal(item.downloadLocation, "NOASSERTION");
    assert.equal(item.filesAnalyzed, false);
    assert.ok(purposes.includes(item.primaryPackagePurpose));
    for (const field of ["licenseConcluded", "licenseDeclared"]) {
      if (item[field] !== "NOASSERTION") assert.doesNotThrow(() => parse(item[field]), `${item.name}: ${item[field]}`);
    }
    for (const { algorithm, checksumValue } of item.checksums ?? []) {
      assert.equal(algorithm, "SHA512");
      assert.match(checksumValue, /^[0-9a-f]{128}$/);
    }
    const [reference] = item.externalRefs;
    assert.equal(reference.referenceCategory, "PACKAGE-MANAGER");
    assert.match(reference.referenceLocator, /^pkg:(deb\/debian|npm|generic|oci)\/[^\s]+$/);
  }
  assert.equal(new Set(sbom.packages.map(({ SPDXID }) => SPDXID)).size, sbom.packages.length);
});

test("relationships and licences of our own lead somewhere", { skip }, () => {
  const known = new Set(["SPDXRef-DOCUMENT", ...sbom.packages.map(({ SPDXID }) => SPDXID)]);
  for (const { spdxElementId, relatedSpdxElement } of sbom.relationships) {
    assert.ok(known.has(spdxElementId) && known.has(relatedSpdxElement));
  }
  const reached = new Set(sbom.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement));
  for (const { SPDXID } of sbom.packages) assert.ok(reached.has(SPDXID), SPDXID);
  const explained = new Set(sbom.hasExtractedLicensingInfos.map(({ licenseId }) => licenseId));
  for (const { licenseDeclared } of sbom.packages) {
    for (const name of licenseDeclared.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []) assert.ok(explained.has(name), name);
  }
});

test("each library that the programs load is collected, and its package is in the bill", { skip }, () => {
  const collected = readdirSync(`${folder}/image/usr/lib/x86_64-linux-gnu`);
  const needed = run("ldd", ...programs).matchAll(/=> \/\S*\/(\S+) \(/g);
  for (const [, library] of needed) assert.ok(collected.includes(library), library);
  const names = sbom.packages.map(({ name }) => name);
  for (const [, name] of text("deploy/packages.txt").matchAll(/^(?:run|inside) (\S+)$/gm)) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["libc6", "three", "uplot", "thalweg"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of ["esbuild", "typescript", "playwright-core"]) assert.ok(!names.includes(name), name);
});

test("the records of the libraries are where scanners look, with the sums of their files", { skip }, () => {
  const records = `${folder}/image/var/lib/dpkg/status.d`;
  assert.match(readFileSync(`${records}/libgrpc29`, "utf8"), /^Package: libgrpc29\n[^]*^Version: /m);
  for (const file of readdirSync(records).filter((name) => name.endsWith(".md5sums"))) {
    run("sh", "-c", `cd ${folder}/image && md5sum --quiet --check var/lib/dpkg/status.d/${file}`);
  }
});

test("Debian's names of licences become SPDX's", () => {
  assert.equal(licenceId("GPL-2+"), "GPL-2.0-or-later");
  assert.equal(licenceId("LGPL-2.1"), "LGPL-2.1-only");
  assert.equal(licenceId("Expat"), "MIT");
  assert.equal(licenceId("public-domain"), "LicenseRef-public-domain");
  const copyright = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n" +
    "Files: *\nLicense: GPL-2+ or Expat\n\nFiles: debian/*\nLicense: BSD-3-clause\n text\n";
  assert.equal(licenceOfCopyright(copyright), "(GPL-2.0-or-later OR MIT) AND BSD-3-Clause");
  assert.equal(licenceOfCopyright("see /usr/share/common-licenses/GPL-3"), "GPL-3.0-only");
  assert.equal(licenceOfCopyright("all rights unclear"), "NOASSERTION");
});
