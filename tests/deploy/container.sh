#!/usr/bin/env bash
# The image and the pod for real: thalwegd runs read-only, without rights, on 256 MiB and half a
# core, descends, is scraped, stops, goes on from the same data; with the environment and the probes of
# the production overlay; then the rendered pod is brought up by `podman kube play`. Needs podman and the image; ends with 77 where either lacks.
#
#   docker build -t thalweg . && tests/deploy/container.sh
#   ENGINE="sudo podman" IMAGE=localhost/thalweg:0.1.0 PORT=51700 tests/deploy/container.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ ${1:-} == -h || ${1:-} == --help ]] && { sed -n '2,7p' "$0"; exit 0; }

engine=${ENGINE:-podman}
image=${IMAGE:-localhost/thalweg:latest}
port=${PORT:-51700}
grpc=127.0.0.1:$port http=127.0.0.1:$((port + 1))
name=thalweg-test-$$
work=$(mktemp -d)

$engine image exists "$image" 2>/dev/null || { echo "skipped: there is no podman, or no image $image"; exit 77; }

# Podman without systemd cannot set timers for health checks, and says so each time.
engine() { $engine "$@" 2> >(grep -v 'systemd' >&2); }
pod=
finish() {
  [[ -z $pod ]] || engine kube down "$pod" >/dev/null 2>&1 || true
  engine rm -f -t 5 "$name" >/dev/null 2>&1 || true
  engine volume rm -f "$name" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

failed=0
# check <claim> <command>...: the command ends with 0.
check() {
  local claim=$1; shift
  if "$@" >"$work/out" 2>&1; then echo "ok    $claim"; else echo "FAILED $claim"; sed 's/^/      /' "$work/out"; failed=1; fi
}
is() { [[ $1 == "$2" ]] || { echo "got '$1', expected '$2'"; return 1; }; }
inside() { engine exec "$name" "$@"; }
scrape() { curl --silent --fail --max-time 5 "http://$http/metrics"; }
metric() { scrape | awk -v name="$1" '$1 == name { print $2 }'; }
wait_ready() { for _ in $(seq 150); do curl --silent --fail --max-time 2 -o /dev/null "http://$http/readyz" && return; sleep 0.2; done; return 1; }

# scraped: a real Prometheus finds it up and takes its metrics.
scraped() {
  local prometheus=127.0.0.1:$((port + 2)) server answer=
  printf 'scrape_configs: [{job_name: thalweg, scrape_interval: 1s, static_configs: [{targets: ["%s"]}]}]\n' "$http" >"$work/prometheus.yml"
  prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address="$prometheus" 2>/dev/null &
  server=$!
  for _ in $(seq 50); do
    answer=$(promtool query instant "http://$prometheus" 'thalweg_workers and on (instance) up == 1' 2>/dev/null) && [[ -n $answer ]] && break
    sleep 0.2
  done
  kill "$server"; wait "$server" || true
  echo "$answer"
  [[ $answer == *"=> 1 @"* ]]
}

# start [further options of run]
start() {
  engine run --detach --name "$name" --network host --read-only --read-only-tmpfs=false --cap-drop=all \
    --memory 256m --cpus 0.5 --security-opt no-new-privileges -v "$name:/data" \
    -e "THALWEG_GRPC_ADDRESS=$grpc" -e "THALWEG_HTTP_ADDRESS=$http" \
    -e "THALWEG_SERVER=localhost:$port" "$@" "$image" >/dev/null
}
# stop: within the grace period; prints the exit code.
stop() {
  engine stop -t 30 "$name" >/dev/null
  engine inspect -f '{{.State.ExitCode}}' "$name"
  engine rm "$name" >/dev/null
}

descend() { inside thalweg minimize --function rosenbrock --optimizer lbfgs --json | tail -1; }
# packages: Debian's in the image, by its own records, and those compiled into the programs.
packages() {
  echo $(( $(inside dpkg-query -W -f '.\n' | wc -l) + $(inside ls /var/lib/dpkg/status.d | grep -vc 'md5sums$') +
           $(grep -c '^inside ' deploy/packages.txt) ))
}
runs() { inside thalweg runs list --json | wc -l; }

echo "== $image, read-only, no capabilities, 256 MiB, half a core"
start
check "it becomes ready" wait_ready
check "it runs as nobody" is "$(inside id -u):$(inside id -g)" 65532:65532
check "its root cannot be written to" bash -c "! $engine exec $name touch /x"
check "the health check, a new gRPC connection, finds it well" engine healthcheck run "$name"
check "it descends" grep -q '"reason":"converged"' <<<"$(descend)"
check "half a core is one worker" is "$(metric thalweg_workers)" 1
check "Prometheus' tool finds no fault in its metrics" bash -c "! command -v promtool >/dev/null || curl -sf http://$http/metrics | promtool check metrics"
if command -v prometheus promtool >/dev/null; then check "a Prometheus scrapes it" scraped; fi
check "it knows its revision" bash -c "curl -sf http://$http/metrics | grep '^thalweg_build_info' | grep -v 'revision=\"unknown\"'"
check "it takes less than half of its memory" bash -c "(( $(metric process_resident_memory_bytes | xargs printf '%.0f') < 128 << 20 ))"
check "its bill of materials has each of its packages" is \
  "$(inside cat /usr/share/doc/thalweg/sbom.spdx.json | grep -c '"pkg:deb/')" "$(packages)"
inside thalweg minimize --function rosenbrock --optimizer adam --set learning_rate=1e-5 --stop iterations=1000000 \
  --pace 20 --detach --quiet >/dev/null
before=$(runs)
check "SIGTERM ends it with 0 while a run is going on" is "$(stop)" 0
start
check "it becomes ready again" wait_ready
check "the runs are there" is "$(runs)" "$before"
sleep 2
check "and the unfinished one goes on" bash -c "(( $(metric 'thalweg_runs{state="running"}') >= 1 ))"
check "it ends with 0" is "$(stop)" 0

echo "== as in production: TLS, tokens, and the probes of the rendered manifest"
# secrets: a certificate for localhost and a token, readable as fsGroup makes them.
secrets() {
  mkdir -p "$work/secrets/tls" "$work/secrets/tokens"
  cd "$work/secrets/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=thalweg \
    -addext subjectAltName=DNS:localhost -keyout tls.key -out tls.crt 2>/dev/null
  cp tls.crt ca.crt
  openssl rand -hex 32 | tr -d '\n' >../token
  printf '[[tokens]]\nname = "test"\ntenant = "test"\nrole = "user"\nsha256 = "%s"\n' \
    "$(sha256sum ../token | cut -d' ' -f1)" >../tokens/tokens
  chgrp -R 65532 .. && chmod 440 tls.* ../token ../tokens/tokens && chmod 750 ..
  cd - >/dev/null
}
# probe <name>: runs the manifest's own command in the container.
probe() {
  mapfile -t words < <(node tests/deploy/print_pod.mjs production "$1")
  inside "${words[@]}"
}
if (( EUID != 0 )) || [[ ! -d tests/deploy/node_modules ]] || ! command -v node openssl >/dev/null; then
  echo "skipped: needs root, node, openssl, and (cd tests/deploy && npm ci)"
else
  secrets
  environment=()
  while read -r line; do environment+=(-e "$line"); done < <(node tests/deploy/print_pod.mjs production env)
  start "${environment[@]}" -e "THALWEG_METRICS_ADDRESS=127.0.0.1:$((port + 3))" -v "$work/secrets:/etc/thalweg:ro" \
    -e "THALWEG_GRPC_ADDRESS=0.0.0.0:$port" -e "THALWEG_HTTP_ADDRESS=0.0.0.0:$((port + 1))"
  http=127.0.0.1:$((port + 3)) wait_ready || true
  for which in startupProbe livenessProbe readinessProbe; do check "the $which finds it well" probe "$which"; done
  check "a call over TLS with a token is served" inside thalweg runs list --token-file /etc/thalweg/token
  check "a call without a token is refused, and says so" bash -c "$engine exec $name thalweg runs list 2>&1 | grep -i token"
  check "a call in plain text is refused" bash -c "! $engine exec -e THALWEG_TLS_CA_FILE= $name thalweg runs list --token-file /etc/thalweg/token"
  check "metrics are served in plain text on their own port" bash -c "curl -sf http://127.0.0.1:$((port + 3))/metrics | grep -q '^thalweg_tls_certificate_expiry'"
  check "it ends with 0" is "$(stop)" 0
fi

echo "== the rendered pod"
pod=$work/pod.yaml
sed -e "s,localhost/thalweg:latest,$image,; s/127.0.0.1:50051/$grpc/; s/127.0.0.1:8080/$http/; s/thalweg-data/$name/" \
  -e "s/^  name: thalweg$/  name: $name/" deploy/kubernetes/rendered/podman.yaml >"$pod"
check "podman plays it" engine kube play --network host "$pod"
check "it becomes ready" wait_ready
check "its root cannot be written to" bash -c "! $engine exec $name-pod-0-thalwegd touch /x"
check "podman takes it down" engine kube down "$pod"
pod=

(( failed == 0 )) && echo "all well"
exit $failed
