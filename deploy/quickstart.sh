#!/usr/bin/env bash
# From a fresh clone to a live descent: installs what is missing, builds, starts the server, descends
# a function before your eyes, prints the addresses, and keeps serving until Ctrl-C.
#
#   deploy/quickstart.sh           GRPC_PORT=50051 HTTP_PORT=8080 JOBS=n are honoured
#   deploy/quickstart.sh --exit    ends after the demonstration
set -euo pipefail
cd "$(dirname "$0")/.."
[[ ${1:-} == -h || ${1:-} == --help ]] && { sed -n '2,6p' "$0"; exit 0; }
[[ $# -eq 0 || ${1:-} == --exit ]] || { echo "quickstart.sh: unknown argument '$1'; known: --exit" >&2; exit 2; }

grpc_port=${GRPC_PORT:-50051}
http_port=${HTTP_PORT:-8080}
bin=build/release/bin

deploy/install.sh build
mkdir -p build
echo "Building (a few minutes the first time)"
cmake --preset release -DTHALWEG_TESTS=OFF >build/release.configure.log 2>&1 || { cat build/release.configure.log; exit 1; }
cmake --build --preset release -j "${JOBS:-$(nproc)}" --target thalwegd thalweg >build/release.build.log 2>&1 ||
  { tail -40 build/release.build.log; exit 1; }

log=build/thalwegd.log
"$bin/thalwegd" --grpc-address "127.0.0.1:$grpc_port" --http-address "127.0.0.1:$http_port" \
  --data-dir build/quickstart-data >"$log" 2>&1 &
server=$!
stop() { kill -TERM "$server" 2>/dev/null && wait "$server" || true; }
trap stop EXIT
trap 'exit 0' INT TERM
until grep -q 'thalwegd ready' "$log"; do
  kill -0 "$server" 2>/dev/null || { tail -5 "$log" >&2; exit 1; }
  sleep 0.1
done

export THALWEG_SERVER=localhost:$grpc_port
echo
descent=(minimize --function ravine --dimension 5000 --optimizer gradient_descent --set learning_rate=0.0009)
echo "\$ thalweg ${descent[*]}"
"$bin/thalweg" "${descent[@]}"

# Slow enough to be followed: what the dashboard shows first.
"$bin/thalweg" minimize --function rosenbrock --optimizer adam --set learning_rate=0.02 --pace 30 \
  --name "A descent to watch" --detach --quiet >/dev/null

echo
echo "Dashboard  http://localhost:$http_port/   a descent is going on there"
echo "gRPC       localhost:$grpc_port   (export THALWEG_SERVER=localhost:$grpc_port)"
echo "Metrics    http://localhost:$http_port/metrics"
echo "Try        $bin/thalweg minimize 'x*cos(0.15*pi*x)' --start x=15 --set learning_rate=0.1"
[[ ${1:-} == --exit ]] && exit 0
echo
echo "Serving until Ctrl-C."
wait "$server"
