#!/usr/bin/env bash
# Measures how fast lanes and rules are; scripts/bench/detection.py --help says what there is to choose.
# `make bench-detection` builds first.
. "$(dirname "$0")/lib.sh"

[ -f "$REPOSITORY/exporter/target/modelwarden.jar" ] || fail "there is no agent yet: run make build"
collector=$("$REPOSITORY/scripts/collector.sh")
prometheus=$("$REPOSITORY/scripts/prometheus.sh")
exec python3 -B "$REPOSITORY/scripts/bench/detection.py" --collector "$collector" --prometheus "$prometheus" "$@"
