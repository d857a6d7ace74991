#!/usr/bin/env bash
# Builds the release preset and runs the benchmarks; figures for the README come from here.
#   tests/bench/run.sh             all of them
#   tests/bench/run.sh service     one of: bridge, dashboard, descent, expression, global, models,
#                                  optimizers, runs, service, sgd; further arguments go to it
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ ${1:-} == -h || ${1:-} == --help ]] && { sed -n '2,5p' "$0"; exit 0; }

deploy/install.sh build test
cmake --preset release -DTHALWEG_TESTS=ON -DTHALWEG_WEB=ON >/dev/null
wanted=(bridge dashboard descent expression global models optimizers runs service sgd)
if (( $# )); then wanted=("$1"); shift; fi
for name in "${wanted[@]}"; do
  if [[ $name == dashboard ]]; then
    cmake --build --preset release --target thalwegd >/dev/null
    echo "== $name"
    (cd client/web && THALWEG_BIN=../../build/release/bin node tools/test.mjs bench "$@")
    continue
  fi
  cmake --build --preset release --target thalwegd "${name}_bench" >/dev/null
  echo "== $name"
  "build/release/bench/${name}_bench" "$@"
done
