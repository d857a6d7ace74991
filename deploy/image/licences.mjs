// What Debian's copyright files and npm say of licences, as SPDX expressions.

const known = new Map(Object.entries({  // Debian's name: SPDX's
  Expat: "MIT", MIT: "MIT", X11: "X11", ISC: "ISC", Zlib: "Zlib", zlib: "Zlib", Unlicense: "Unlicense",
  "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSD-4-clause": "BSD-4-Clause",
  "Apache-2": "Apache-2.0", "Apache-2.0": "Apache-2.0", "BSL-1.0": "BSL-1.0", "Boost-1.0": "BSL-1.0",
  "MPL-2.0": "MPL-2.0", "CC0-1.0": "CC0-1.0", "CC0": "CC0-1.0", FSFAP: "FSFAP", FSFUL: "FSFUL",
  FSFULLR: "FSFULLR", OpenSSL: "OpenSSL", "MPL-1.1": "MPL-1.1", Artistic: "Artistic-1.0-Perl",
  "Artistic-2.0": "Artistic-2.0", "MPL-2": "MPL-2.0", BSD2: "BSD-2-Clause", BSD3: "BSD-3-Clause",
  "APACHE-2-LLVM-EXCEPTIONS": "Apache-2.0 WITH LLVM-exception", curl: "curl", blessing: "blessing",
}).map(([debian, spdx]) => [debian.toLowerCase(), spdx]));

/** One licence by Debian's name, such as GPL-2+: SPDX's identifier, or a LicenseRef-... of ours. */
export function licenceId(name) {
  const gnu = /^(A?GPL|LGPL|GFDL)-?(\d)(?:\.(\d))?(\+?)$/i.exec(name);
  if (gnu) {
    const [, family, major, minor = "0", later] = gnu;
    return `${family.toUpperCase()}-${major}.${minor}-${later ? "or-later" : "only"}`;
  }
  return known.get(name.toLowerCase()) ?? `LicenseRef-${name.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-+|-+$/g, "")}`;
}

/** "GPL-2+ or Expat" as "(GPL-2.0-or-later OR MIT)". */
function alternatives(text) {
  const names = text.split(/\s+or\s+/i).map((name) => name.trim()).filter(Boolean).map(licenceId);
  const unique = [...new Set(names)];
  return unique.length > 1 ? `(${unique.join(" OR ")})` : unique[0];
}

/** The licences that a copyright file of Debian names, all of which hold: an SPDX expression. */
export function licenceOfCopyright(text) {
  const terms = new Set();
  if (/^Format:.*copyright-format/m.test(text)) {
    for (const [, line] of text.matchAll(/^License:[ \t]*(\S.*)$/gm)) {
      for (const part of line.split(/\s*,?\s+and\s+|\s*,\s*/i)) {
        const term = alternatives(part);
        if (term && term !== "LicenseRef-") terms.add(term);
      }
    }
  } else {
    for (const [, name] of text.matchAll(/\/usr\/share\/common-licenses\/([A-Za-z]+(?:-[0-9.]*[0-9])?)/g)) {
      if (name === "BSD") terms.add("BSD-3-Clause");
      else terms.add(licenceId(/^A?L?GPL$/.test(name) ? `${name}-2+` : name));
    }
  }
  return terms.size ? [...terms].sort().join(" AND ") : "NOASSERTION";
}

/** The LicenseRef-... that an expression uses. */
export const ownReferences = (expression) => expression.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [];
