#!/usr/bin/env bash
# Measures what Modelwarden costs; scripts/bench --help says what there is to choose. `make bench` builds first.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || fail "the benchmark attaches kernel programs: run it as root"
[ -f "$REPOSITORY/exporter/target/modelwarden.jar" ] || fail "there is no agent yet: run make build"
collector=$("$REPOSITORY/scripts/collector.sh")
exec python3 -B "$REPOSITORY/scripts/bench" --collector "$collector" "$@"
