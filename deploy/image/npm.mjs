// The npm packages that are bundled into the dashboard: those of the lock file that are not for
// development only.

const hexDigest = (integrity) => Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");

/** {name, version, licence, purl, sha512} of each. */
export function bundledPackages(lock) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path && !entry.dev && !entry.devOptional)
    .map(([path, entry]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return {
        name,
        version: entry.version,
        licence: entry.license ?? "NOASSERTION",
        purl: `pkg:npm/${name.replace("@", "%40")}@${entry.version}`,
        sha512: hexDigest(entry.integrity),
      };
    });
}
