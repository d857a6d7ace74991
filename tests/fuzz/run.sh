#!/usr/bin/env bash
# Builds the fuzz targets with Clang, AddressSanitizer and UndefinedBehaviorSanitizer, and runs them.
#   tests/fuzz/run.sh                    20 seconds of each target
#   tests/fuzz/run.sh evaluate 3600      an hour of one; further arguments go to libFuzzer
#   tests/fuzz/run.sh build              builds only
# Targets: parse, evaluate, differentiate. Ends with 77 where there is no Clang with libFuzzer.
# THALWEG_FUZZ_SEED=k fuzzes with other random numbers; THALWEG_FUZZ_CORPUS=folder keeps what is
# found between runs (default: build/fuzz/corpus).
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ ${1:-} == -h || ${1:-} == --help ]] && { sed -n '2,8p' "$0"; exit 0; }

# find_clang: the newest Clang that has libFuzzer's library.
find_clang() {
  local name
  for name in clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++-14 clang++; do
    command -v "$name" >/dev/null || continue
    echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
      "$name" -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null 2>/dev/null &&
      { echo "$name"; return; }
  done
  return 1
}

build() {
  local clang
  clang=$(find_clang) || { echo "no Clang with libFuzzer: install clang-19 and libclang-rt-19-dev"; exit 77; }
  mkdir -p build/fuzz
  {
    flock 9  # tests run side by side
    # Clang 18 spells some of abseil's names otherwise than GCC 12, which Debian built it with.
    cmake -S . -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1 -fclang-abi-compat=14 -Wno-unknown-warning-option" -DTHALWEG_FUZZ=ON -DTHALWEG_TESTS=OFF \
      -DTHALWEG_SANITIZE=fuzzer-no-link,address,undefined >build/fuzz/configure.log 2>&1 ||
      { tail -20 build/fuzz/configure.log; exit 1; }
    cmake --build build/fuzz -j "${JOBS:-$(nproc)}" \
      --target parse_fuzz evaluate_fuzz differentiate_fuzz write_seeds >build/fuzz/build.log 2>&1 ||
      { grep -E -A8 'error|FAILED' build/fuzz/build.log | head -60; exit 1; }
    build/fuzz/bin/write_seeds build/fuzz/seeds
  } 9>build/fuzz/lock
}

# run <target> <seconds> [libFuzzer's arguments]
run() {
  local target=$1 seconds=$2; shift 2
  local corpus=${THALWEG_FUZZ_CORPUS:-build/fuzz/corpus}/$target finds=build/fuzz/finds/$target/
  mkdir -p "$corpus" "$finds"
  echo "== $target, $seconds s"
  "build/fuzz/bin/${target}_fuzz" -dict=tests/fuzz/formula.dict -max_len=600 -timeout=20 \
    -rss_limit_mb=2048 -seed="${THALWEG_FUZZ_SEED:-1}" -max_total_time="$seconds" \
    -artifact_prefix="$finds" -print_final_stats=1 "$@" "$corpus" build/fuzz/seeds \
    >"build/fuzz/$target.log" 2>&1 ||
    { grep -a -v -E '^#[0-9]+|^0x|^stat::' "build/fuzz/$target.log" | tail -40 | cut -c1-300; echo "the input that did it is in $finds"; exit 1; }
  grep -E 'number_of_executed_units|peak_rss_mb' "build/fuzz/$target.log"
}

build
if [[ ${1:-} == build ]]; then exit 0; fi
if (( $# )); then
  target=$1; seconds=${2:-20}; shift; shift || true
  run "$target" "$seconds" "$@"
else
  for target in parse evaluate differentiate; do run "$target" 20; done
fi
