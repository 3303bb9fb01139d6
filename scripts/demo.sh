#!/usr/bin/env bash
# Thefts of a model and what each part sees of them; scripts/demo --help says more. `make demo` builds first.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || fail "the demo attaches kernel probes and makes a network namespace: run it as root"
[ -f "$REPOSITORY/exporter/target/modelwarden.jar" ] || fail "there is no agent yet: run make build"
collector=$("$REPOSITORY/scripts/collector.sh")
prometheus=$("$REPOSITORY/scripts/prometheus.sh")/prometheus
exec python3 -B "$REPOSITORY/scripts/demo" --collector "$collector" --prometheus "$prometheus" "$@"
