#!/usr/bin/env bash
# Renders the overlays into rendered/, where they can be applied without kustomize and are checked by
# tests/deploy. Needs kubectl 1.27 or newer, or kustomize 5.
#
#   deploy/kubernetes/render.sh            after a change of base, components, overlays or deploy/prometheus/rules
#   deploy/kubernetes/render.sh --digest   the sum of the sources that the first line of each rendered file carries
set -euo pipefail
cd "$(dirname "$0")"
[[ ${1:-} == -h || ${1:-} == --help ]] && { sed -n '2,6p' "$0"; exit 0; }

sources() { find base components overlays ../prometheus/rules -name '*.yaml' -o -name '*.yml' | LC_ALL=C sort; }
digest() { sources | xargs -d '\n' sha256sum | sha256sum | cut -d' ' -f1; }

# rules: each file of deploy/prometheus/rules as a PrometheusRule.
rules() {
  echo "# Made by render.sh from deploy/prometheus/rules."
  local file
  for file in ../prometheus/rules/*.yml; do
    printf -- '---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n'
    printf '  name: %s\n  labels:\n    app.kubernetes.io/name: thalweg\nspec:\n' "thalweg-$(basename "$file" .yml)"
    sed -e '/^#/d' -e '/^$/d' -e 's/^/  /' "$file"
  done
}

render() {
  if command -v kustomize >/dev/null; then kustomize build "$1"; else kubectl kustomize "$1"; fi
}

[[ ${1:-} == --digest ]] && { digest; exit; }
rules >components/monitoring/rules.yaml
for overlay in overlays/*/; do
  name=$(basename "$overlay")
  rendered=$(render "$overlay")
  printf '# Rendered from overlays/%s by render.sh; sources %s\n%s\n' "$name" "$(digest)" "$rendered" >"rendered/$name.yaml"
done
