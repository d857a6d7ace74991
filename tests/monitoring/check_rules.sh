#!/usr/bin/env bash
# Prometheus' own checks of its configuration and rules, and the rules' tests: of each alert a case
# in which it fires and one in which it does not. Skips where promtool is absent.
set -euo pipefail
cd "$(dirname "$0")/rules"
command -v promtool >/dev/null || { echo "promtool is not installed"; exit 77; }

promtool check config ../../../deploy/prometheus/prometheus.yml
promtool test rules ./*.yml
