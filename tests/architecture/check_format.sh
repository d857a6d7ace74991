#!/usr/bin/env bash
# Fails, naming the files, when a C++ file is not as clang-format would have it.
#   tests/architecture/check_format.sh [clang-format] [--fix]
set -euo pipefail
cd "$(dirname "$0")/../.."
tool=${1:-clang-format}
mapfile -t files < <(git ls-files '*.cc' '*.h')
if [[ ${2:-} == --fix ]]; then exec "$tool" -i "${files[@]}"; fi
"$tool" --dry-run --Werror "${files[@]}"
