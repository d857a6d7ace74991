#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests.
#
#   tests/run.sh                 release: everything; asan: the server, without end to end
#                                and differential tests; tsan: core and runs
#   tests/run.sh release         one preset: release, dev, asan or tsan
#   tests/run.sh release -R Adam further arguments go to ctest
#
# JOBS=n sets how many compilers and tests run at once (default: one per processor).
set -euo pipefail
cd "$(dirname "$0")/.."
[[ ${1:-} == -h || ${1:-} == --help ]] && { sed -n '2,9p' "$0"; exit 0; }

jobs=${JOBS:-$(nproc)}
started=$SECONDS
deploy/install.sh build test

# run_preset <preset> [ctest arguments]
run_preset() {
  local preset=$1; shift
  echo "=== $preset: build"
  cmake --preset "$preset" -DTHALWEG_TESTS=ON >"build/$preset.configure.log" 2>&1 || { cat "build/$preset.configure.log"; exit 1; }
  cmake --build --preset "$preset" -j "$jobs" >"build/$preset.build.log" 2>&1 ||
    { grep -E -A12 'error|FAILED' "build/$preset.build.log" | head -80; exit 1; }
  echo "=== $preset: test (built after $((SECONDS - started)) s)"
  # On a crowded machine a server may be slow to answer: what fails is tried once more, and ctest
  # shows both tries.
  ctest --preset "$preset" -j "$jobs" --repeat until-pass:2 "$@"
}

mkdir -p build
if (( $# )); then
  run_preset "$@"
else
  run_preset release
  run_preset asan -LE 'end_to_end|check|slow|differential'
  run_preset tsan -LE 'check|slow|reference|differential'
fi
echo "=== all passed in $((SECONDS - started)) s"
