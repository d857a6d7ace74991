#!/usr/bin/env bash
# Checks Grafana's dashboards against Grafana's own types. Skips where Node.js is absent.
set -euo pipefail
cd "$(dirname "$0")/schema"
command -v npm >/dev/null || { echo "npm is not installed"; exit 77; }

[[ node_modules/.package-lock.json -nt package-lock.json ]] || npm ci --no-audit --no-fund
node check.mjs
