#!/usr/bin/env bash
# Collects what the image adds to Debian's base: the programs, the shared libraries that they need
# and the base lacks, and of each library's package the record and the copyright.
#
#   deploy/image/collect.sh <folder with the base's dpkg database> <destination> <program>...
#
# Whole packages would add 13 MB that nothing loads. The records go to var/lib/dpkg/status.d, where
# scanners look for them as in distroless images; the base's own database stays as it is.
set -euo pipefail
[[ $# -ge 3 ]] || { sed -n '2,9p' "$0"; exit 2; }
base=$1 destination=$2; shift 2

libraries=$destination/usr/lib/$(uname -m)-linux-gnu
records=$destination/var/lib/dpkg/status.d
install -d "$destination/usr/local/bin" "$libraries" "$records"
for program in "$@"; do install -s "$program" "$destination/usr/local/bin/"; done

# version <dpkg-query's options> <package>: as installed; nothing where it is not.
version() { dpkg-query -W -f '${Version}' "$@" 2>/dev/null || true; }

# keep_record <package> <file>: the package's record and copyright, and the file's sum.
keep_record() {
  local package=$1 file=$2
  dpkg-query -s "$package" >"$records/$package"
  (cd "$destination" && md5sum "$file" >>"$records/$package.md5sums")
  install -D -m 644 "/usr/share/doc/$package/copyright" \
    "$destination/usr/share/doc/$package/copyright" 2>/dev/null || true  # some bases leave them out
}

# Lines "package: file" of all libraries; Debian's packages know some under /lib, some under /usr/lib.
mapfile -t needed < <(ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u)
owners=$(dpkg-query -S "${needed[@]}" "${needed[@]/#\/lib//usr/lib}" 2>/dev/null || true)
for library in "${needed[@]}"; do
  package=$(sed -n "s,^\([^:]*\).*: \(/usr\)\?$library\$,\1,p" <<<"$owners" | head -1)
  [[ -n $package ]] || { echo "collect.sh: $library belongs to no Debian package" >&2; exit 1; }
  [[ $(version --admindir "$base" "$package") == "$(version "$package")" ]] && continue
  install -m 644 "$library" "$libraries/"
  keep_record "$package" "${libraries#"$destination/"}/${library##*/}"
done

# For `thalweg --tls-ca-file system`.
authorities=/etc/ssl/certs/ca-certificates.crt
install -D -m 644 "$authorities" "$destination$authorities"
keep_record ca-certificates "${authorities#/}"
