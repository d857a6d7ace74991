// Debian's packages, from dpkg's own records.
import { existsSync, readFileSync } from "node:fs";
import { licenceOfCopyright } from "./licences.mjs";

/** The paragraphs of a dpkg status file, each a map from field to first line. */
function paragraphs(text) {
  return text.split(/\n\n+/).filter((paragraph) => paragraph.trim())
    .map((paragraph) => Object.fromEntries(
      [...paragraph.matchAll(/^([A-Za-z-]+):[ \t]*(.*)$/gm)].map(([, field, value]) => [field, value])));
}

/** Licences as the package's copyright file under `root` names them. */
function licenceOf(name, root) {
  const file = `${root}/usr/share/doc/${name}/copyright`;
  return existsSync(file) ? licenceOfCopyright(readFileSync(file, "utf8")) : "NOASSERTION";
}

/** The installed packages of a status file: {name, version, architecture, source, licence, purl}. */
export function debianPackages(status, { root = "", distribution = "debian-12" } = {}) {
  return paragraphs(status)
    .filter((record) => record.Status === undefined || record.Status.endsWith(" installed"))
    .map((record) => ({
      name: record.Package,
      version: record.Version,
      source: record.Source ?? record.Package,
      licence: licenceOf(record.Package, root),
      purl: `pkg:deb/debian/${encodeURIComponent(record.Package)}@${encodeURIComponent(record.Version)}` +
        `?arch=${record.Architecture}&distro=${distribution}`,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
