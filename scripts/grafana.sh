#!/usr/bin/env bash
# Prints the folder that holds Grafana's published packages and the tools for them, at the versions of
# dashboards/grafana/package-lock.json; installs them when there are none.
. "$(dirname "$0")/lib.sh"

"$REPOSITORY/scripts/packages.sh" tests
command -v npm >/dev/null || fail "npm is needed for Grafana's packages: install Node.js 18 or newer"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] ||
  fail "node is $(node --version): Grafana's packages need Node.js 18 or newer"
PINNED=$REPOSITORY/scripts/dashboards/grafana

install() { # install TARGET
  cp "$PINNED/package.json" "$PINNED/package-lock.json" "$1"
  # Grafana names a newer React as its peer than it is built with; no script of a package is needed.
  npm ci --prefix "$1" --legacy-peer-deps --ignore-scripts --no-audit --no-fund
}

build_once "$CACHE/grafana/$(digest "$PINNED/package.json" "$PINNED/package-lock.json")" \
  "installing Grafana's packages from npm (450 MB, about two minutes, once)" install
