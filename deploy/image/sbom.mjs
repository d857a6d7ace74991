// Writes what is inside the image as SPDX 2.3: Debian's packages, what is compiled into the programs,
// what is bundled into the dashboard, and Thalweg itself.
//
//   node deploy/image/sbom.mjs --version 0.1.0 --revision 0123abcd --base <status file of the base>
//     --added <folder of the added packages' records> --lock client/web/package-lock.json >sbom.spdx.json
//
// SOURCE_DATE_EPOCH is honoured: the same inputs then give the same bytes.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { debianPackages } from "./debian.mjs";
import { ownReferences } from "./licences.mjs";
import { bundledPackages } from "./npm.mjs";

/** Packages of Debian of which code is compiled into thalwegd or thalweg: headers, static libraries. */
const compiledIn = [...readFileSync(new URL("../packages.txt", import.meta.url), "utf8").matchAll(/^inside (\S+)$/gm)]
  .map(([, name]) => name);

const { values: given } = parseArgs({
  options: { version: { type: "string" }, revision: { type: "string" }, base: { type: "string" },
    added: { type: "string" }, lock: { type: "string" } },
});
for (const name of ["version", "revision", "base", "added", "lock"]) {
  if (!given[name]) {
    console.error(`sbom.mjs: --${name} is missing; see the head of the script`);
    process.exit(2);
  }
}

const added = readdirSync(given.added).filter((file) => !file.endsWith(".md5sums"))
  .map((file) => readFileSync(join(given.added, file), "utf8")).join("\n\n");
const inside = {
  base: debianPackages(readFileSync(given.base, "utf8")),
  linked: debianPackages(added),
  compiled: debianPackages(execFileSync("dpkg-query", ["-s", ...compiledIn], { encoding: "utf8" })),
  bundled: bundledPackages(JSON.parse(readFileSync(given.lock, "utf8"))),
};

const id = (kind, name) => `SPDXRef-${kind}-${name.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^-+/, "")}`;

const described = (kind, item) => ({
  SPDXID: id(kind, item.name),
  name: item.name,
  versionInfo: item.version,
  downloadLocation: "NOASSERTION",
  filesAnalyzed: false,
  licenseConcluded: "NOASSERTION",
  licenseDeclared: item.licence,
  copyrightText: "NOASSERTION",
  ...(item.source && { supplier: "Organization: Debian", sourceInfo: `built from Debian's source package ${item.source}` }),
  ...(item.sha512 && { checksums: [{ algorithm: "SHA512", checksumValue: item.sha512 }] }),
  externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: item.purl }],
});

const thalweg = {
  ...described("Thalweg", { name: "thalweg", version: given.version, licence: "NOASSERTION",
    purl: `pkg:generic/thalweg@${given.version}` }),
  SPDXID: "SPDXRef-Thalweg",
  sourceInfo: `commit ${given.revision}`,
  primaryPackagePurpose: "APPLICATION",
};
const image = { ...thalweg, SPDXID: "SPDXRef-Image", name: "thalweg image", primaryPackagePurpose: "CONTAINER",
  externalRefs: [{ ...thalweg.externalRefs[0], referenceLocator: `pkg:oci/thalweg?tag=${given.version}` }] };

const groups = [
  ["base", "Debian", "SPDXRef-Image", "CONTAINS"],
  ["linked", "Debian", "SPDXRef-Thalweg", "DYNAMIC_LINK"],
  ["compiled", "Compiled", "SPDXRef-Thalweg", "STATIC_LINK"],
  ["bundled", "Npm", "SPDXRef-Thalweg", "CONTAINS"],
];
const packages = new Map([image, thalweg].map((item) => [item.SPDXID, item]));
const relationships = [
  { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-Image" },
  { spdxElementId: "SPDXRef-Image", relationshipType: "CONTAINS", relatedSpdxElement: "SPDXRef-Thalweg" },
];
for (const [group, kind, holder, relationshipType] of groups) {
  for (const item of inside[group]) {
    const element = described(kind, item);
    packages.set(element.SPDXID, element);
    relationships.push({ spdxElementId: holder, relationshipType, relatedSpdxElement: element.SPDXID });
  }
}

const references = new Set([...packages.values()].flatMap((item) => ownReferences(item.licenseDeclared)));
const contents = {
  packages: [...packages.values()],
  relationships,
  hasExtractedLicensingInfos: [...references].sort().map((licenseId) => ({
    licenseId,
    name: licenseId.replace("LicenseRef-", ""),
    extractedText: "The text is in /usr/share/doc/<package>/copyright of the packages that name it.",
  })),
};

const seconds = process.env.SOURCE_DATE_EPOCH;
const created = seconds ? new Date(1000 * Number(seconds)) : new Date();
const digest = createHash("sha256").update(JSON.stringify(contents)).digest("hex");
console.log(JSON.stringify({
  spdxVersion: "SPDX-2.3",
  dataLicense: "CC0-1.0",
  SPDXID: "SPDXRef-DOCUMENT",
  name: `thalweg-${given.version}`,
  documentNamespace: `https://spdx.org/spdxdocs/thalweg-${given.version}-${digest}`,
  creationInfo: { created: created.toISOString().replace(/\.\d+Z$/, "Z"), creators: ["Tool: thalweg-sbom"] },
  ...contents,
}, null, 1));
