#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that are missing.
#   deploy/install.sh build        what building needs
#   deploy/install.sh build test   what building and testing need
set -euo pipefail
cd "$(dirname "$0")"

wanted=()
for use in "$@"; do
  while read -r kind package; do
    [[ $kind == "$use" || "$kind $use" == "inside build" ]] && wanted+=("$package")
  done <packages.txt
done
missing=()
for package in "${wanted[@]}"; do
  [[ $package == npm ]] && command -v npm >/dev/null && continue  # it also comes with Node.js
  [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *"ok installed" ]] || missing+=("$package")
done
(( ${#missing[@]} )) || exit 0

echo "Installing: ${missing[*]}"
as_root=(); (( EUID == 0 )) || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
{ "${as_root[@]}" apt-get update -q &&
  "${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
  { tail -20 "$log" >&2; echo "deploy/install.sh: could not install packages (log: $log)" >&2; exit 1; }
rm -f "$log"
