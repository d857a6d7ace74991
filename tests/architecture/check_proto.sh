#!/usr/bin/env bash
# Lints the wire with buf, which comes from npm into build/tools. Exits 77 (skipped) without npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v npm >/dev/null || exit 77
buf=build/tools/node_modules/.bin/buf
[[ -x $buf ]] || npm install --silent --no-audit --no-fund --no-save --prefix build/tools @bufbuild/buf@1.50.0
exec "$buf" lint proto
